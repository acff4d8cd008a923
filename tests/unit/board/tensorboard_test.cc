// SPDX-License-Identifier: MIT
#include "src/board/tensorboard.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <array>
#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Options options_for(const std::string& logdir) {
    return {*BoardId::parse("k3f9abcd"),
            "/opt/tb/bin/tensorboard",
            {*LogDir::parse(logdir)},
            {},
            std::chrono::seconds(5),
            false,
            "",
            Loader::automatic,
            std::chrono::seconds(60),
            {}};
}

std::vector<std::string> words_for(const Options& options, Loader loader = Loader::boardgate, bool tensorflow = false) {
    return tensorboard_arguments(options, options.folders.front(), loader, tensorflow);
}

TEST(TensorBoardArguments, SayWhereItListensAndUnderWhichPath) {
    const auto words = words_for(options_for("/home/alice/runs"));
    EXPECT_EQ(words.front(), "/opt/tb/bin/tensorboard");
    EXPECT_THAT(words, Contains("--host=127.0.0.1"));
    EXPECT_THAT(words, Contains("--port=6006"));
    EXPECT_THAT(words, Contains("--path_prefix=/b/k3f9abcd"));
    EXPECT_THAT(words, Contains("--reload_interval=5"));
    EXPECT_THAT(words, Contains("--load_fast=true")) << "auto takes the slow loader without a word";
}

TEST(TensorBoardArguments, KeepALogDirectoryWholeWhateverIsInItsName) {
    const auto words = words_for(options_for("/data/a,b:c --port=1 $HOME"));
    EXPECT_THAT(words, Contains("--logdir=/data/a,b:c --port=1 $HOME"));
    EXPECT_THAT(words, Not(Contains(StartsWith("--logdir_spec"))));
}

TEST(TensorBoardArguments, HoldNoTitle) {
    for (const std::string& word : words_for(options_for("/runs"))) EXPECT_THAT(word, Not(StartsWith("--window_title")));
}

TEST(TensorBoardArguments, LeaveOutWhatIsTensorBoardsOwnDefault) {
    Options options = options_for("/runs");
    for (const std::string& word : words_for(options)) {
        EXPECT_THAT(word, Not(StartsWith("--reload_multifile")));
        EXPECT_THAT(word, Not(StartsWith("--samples_per_plugin")));
    }
    options.reload_multifile = true;
    options.samples = "images=100";
    EXPECT_THAT(words_for(options), Contains("--reload_multifile=true"));
    EXPECT_THAT(words_for(options), Contains("--samples_per_plugin=images=100"));
}

TEST(TensorBoardArguments, TakeTheSlowLoaderOnlyWhereItWasAskedFor) {
    const Options options = options_for("/runs");
    EXPECT_THAT(words_for(options, Loader::rustboard), Contains("--load_fast=true"));
    const auto words = words_for(options, Loader::python);
    EXPECT_THAT(words, Contains("--load_fast=false"));
    EXPECT_THAT(words, Not(Contains(StartsWith("--reload_multifile"))));
    EXPECT_THAT(words, Not(Contains(StartsWith("--detect_file_replacement"))));
}

TEST(TensorBoardArguments, TellTensorFlowsReaderToFollowReplacedFiles) {
    const Options options = options_for("/runs");
    EXPECT_THAT(words_for(options, Loader::python, true), Contains("--detect_file_replacement=true"));
    // TensorBoard refuses to start a data server with it.
    EXPECT_THAT(words_for(options, Loader::rustboard, true), Not(Contains(StartsWith("--detect_file_replacement"))));
    EXPECT_THAT(words_for(options, Loader::boardgate, true), Not(Contains(StartsWith("--detect_file_replacement"))));
}

TEST(TestedTensorBoard, IsKnownByItsVersion) {
    const fakes::TempFolder root;
    const std::string program = root / "bin/tensorboard";
    std::filesystem::create_directories(root / "bin");
    root.put("bin/tensorboard", "#!/bin/sh\n");
    EXPECT_FALSE(is_tested_tensorboard(program)) << "it may be anything";
    const std::string packages = "lib/python3.11/site-packages/";
    std::filesystem::create_directories(root / (packages + "tensorboard-2.9.0.dist-info"));
    EXPECT_FALSE(is_tested_tensorboard(program));
    std::filesystem::create_directories(root / (packages + "tensorboard-2.21.0.dist-info"));
    EXPECT_TRUE(is_tested_tensorboard(program));
    EXPECT_FALSE(is_tested_tensorboard("/nowhere/bin/tensorboard"));
}

TEST(TensorBoardProcess, HasTheDataServerAndItsThreadsInItsEnvironment) {
    setenv("RAYON_NUM_THREADS", "300", 1);
    setenv("TENSORBOARD_DATA_SERVER_BINARY", "/somebody/elses", 1);
    const fakes::TempFolder folder;
    const auto environment_of = [&](Loader loader) {
        auto process = TensorBoard::start(
            {"/bin/sh", "-c", "env >" + (folder / "env") + ".new && mv " + (folder / "env") + ".new " + (folder / "env")}, loader);
        pollfd ended{process->fd(), POLLIN, 0};
        EXPECT_EQ(poll(&ended, 1, 20000), 1);
        return folder.get("env");
    };
    EXPECT_THAT(environment_of(Loader::boardgate), testing::ContainsRegex("TENSORBOARD_DATA_SERVER_BINARY=[^\n]*/boardgate-data"));
    EXPECT_THAT(environment_of(Loader::rustboard), Not(testing::HasSubstr("TENSORBOARD_DATA_SERVER_BINARY")));
    EXPECT_THAT(environment_of(Loader::rustboard), testing::ContainsRegex("RAYON_NUM_THREADS=[1-8]\n"));
    unsetenv("RAYON_NUM_THREADS");
    unsetenv("TENSORBOARD_DATA_SERVER_BINARY");
}

TEST(TensorFlow, MayBeThereUnlessTheEnvironmentIsKnownToLackIt) {
    const fakes::TempFolder root;
    const auto make = [&root](const char* path) { std::filesystem::create_directories(root / path); };
    const std::string program = root / "bin/tensorboard";
    make("bin");
    root.put("bin/tensorboard", "#!/bin/sh\n");
    EXPECT_TRUE(may_have_tensorflow("/nowhere/bin/tensorboard"));
    EXPECT_TRUE(may_have_tensorflow(program)) << "a script of somebody's own";
    make("lib/python3.11/site-packages/tensorboard");
    EXPECT_FALSE(may_have_tensorflow(program));
    root.put("pyvenv.cfg", "include-system-site-packages = true\n");
    EXPECT_TRUE(may_have_tensorflow(program)) << "it may be the system's";
    root.put("pyvenv.cfg", "include-system-site-packages = false\n");
    EXPECT_FALSE(may_have_tensorflow(program));
    make("lib/python3.11/site-packages/tensorflow");
    EXPECT_TRUE(may_have_tensorflow(program));
}

/// Runs a shell command in TensorBoard's place and waits for its end.
Ending end_of(const std::string& script) {
    auto process = TensorBoard::start({"/bin/sh", "-c", script}, Loader::boardgate);
    EXPECT_TRUE(process) << process.error().text();
    pollfd gone{process->fd(), POLLIN, 0};
    EXPECT_EQ(poll(&gone, 1, 10'000), 1);
    return process->ended().value_or(Ending{-1, -1});
}

TEST(TensorBoardProcess, EndsWithItsStatus) {
    EXPECT_EQ(end_of("exit 3").exit_status(), 3);
    EXPECT_EQ(end_of("exit 3").text(), "TensorBoard ended with exit status 3");
    EXPECT_EQ(end_of("exit 0").exit_status(), 0);
}

TEST(TensorBoardProcess, SaysWhichSignalEndedIt) {
    const Ending ending = end_of("kill -KILL $$");
    EXPECT_EQ(ending.exit_status(), 128 + SIGKILL);
    EXPECT_EQ(ending.text(), "TensorBoard was ended by signal SIGKILL");
}

TEST(TensorBoardProcess, SaysWhyItCannotRunInWordsThatDiagnosisKnows) {
    const auto missing = TensorBoard::start({"/nowhere/tensorboard"}, Loader::boardgate);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().sys, ENOENT);
    EXPECT_THAT(missing.error().text(), StartsWith("cannot run tensorboard: No such file"));
    EXPECT_THAT(missing.error().text(), HasSubstr("/nowhere/tensorboard"));
    const auto not_executable = TensorBoard::start({"/etc/passwd"}, Loader::boardgate);
    ASSERT_FALSE(not_executable);
    EXPECT_THAT(not_executable.error().text(), StartsWith("cannot run tensorboard: Permission denied"));
}

TEST(TensorBoardProcess, InheritsNoDescriptorAndNoWordToSystemd) {
    const int open_one = open("/dev/null", O_RDONLY);  // not close-on-exec, as a careless library would
    ASSERT_GE(open_one, 3);
    setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    setenv("LISTEN_FDS", "1", 1);
    EXPECT_EQ(end_of("test ! -e /proc/self/fd/" + std::to_string(open_one)).exit_status(), 0);
    EXPECT_EQ(end_of("test -z \"$NOTIFY_SOCKET$LISTEN_FDS\"").exit_status(), 0);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("LISTEN_FDS");
    close(open_one);
}

TEST(TensorBoardProcess, HasNoSignalBlockedOrIgnored) {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, nullptr);
    EXPECT_EQ(end_of("kill -TERM $$").signal, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &stop, nullptr);
}

TEST(TensorBoardProcess, IsStoppedInOrderFirst) {
    std::array<int, 2> started{};
    ASSERT_EQ(pipe(started.data()), 0);
    // It says through standard output that its trap is set.
    const int kept = dup(STDOUT_FILENO);
    dup2(started[1], STDOUT_FILENO);
    auto process = TensorBoard::start({"/bin/sh", "-c", "trap 'exit 7' TERM; echo; while :; do sleep 0.01; done"}, Loader::boardgate);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    ASSERT_TRUE(process);
    char byte = 0;
    ASSERT_EQ(read(started[0], &byte, 1), 1);
    process->stop();
    EXPECT_EQ(process->ended()->status, 7);
    close(started[0]);
    close(started[1]);
}

TEST(TensorBoardProcess, LeavesNothingBehindThatItsStartScriptHadStarted) {
    std::array<int, 2> open_end{};
    ASSERT_EQ(pipe2(open_end.data(), O_CLOEXEC), 0);
    // The end of the pipe stays open for as long as the grandchild lives.
    const int kept = dup(STDOUT_FILENO);
    dup2(open_end[1], STDOUT_FILENO);
    auto process = TensorBoard::start({"/bin/sh", "-c", "sleep 60 & exit 3"}, Loader::boardgate);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(open_end[1]);
    ASSERT_TRUE(process);
    pollfd gone{process->fd(), POLLIN, 0};
    ASSERT_EQ(poll(&gone, 1, 10'000), 1);
    EXPECT_EQ(process->ended()->status, 3);
    process->stop();
    EXPECT_EQ(process->ended()->status, 3);
    char byte = 0;
    EXPECT_EQ(read(open_end[0], &byte, 1), 0);
    close(open_end[0]);
}

TEST(TensorBoardProcess, DoesNotOutliveItsObject) {
    pid_t pid = 0;
    {
        const auto process = TensorBoard::start({"/bin/sleep", "60"}, Loader::boardgate);
        ASSERT_TRUE(process);
        pid = process->pid();
    }
    EXPECT_EQ(kill(pid, 0), -1);
}

}  // namespace
}  // namespace boardgate::board
