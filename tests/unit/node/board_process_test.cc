// SPDX-License-Identifier: MIT
// The sandbox of boards on nodes, seen from a program in it. Where this machine gives nobody namespaces, there is nothing to see.
#include "src/node/board_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <thread>

#include "src/base/words.h"
#include "src/node/check.h"
#include "src/node/own_folder.h"

#include "tests/fakes/temp_folder.h"

namespace boardgate::node {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

struct BoardProcessTest : testing::Test {
    fakes::TempFolder folder;
    std::optional<OwnFolder> own;
    std::optional<BoardProcess> board;
    std::string log;

    void SetUp() override {
        const Finding namespaces = check({"/bin/sh"}).front();
        if (!namespaces.remedy.empty()) GTEST_SKIP() << namespaces.what;
        own.emplace(OwnFolder::make().value());
    }
    /// A shell script in the place of boardgate-board.
    void start(const std::string& script, bool goes = true) {
        const std::string program = folder.put("board", "#!/bin/sh\n" + script + "\n");
        chmod(program.c_str(), 0755);
        chmod(folder.path().c_str(), 0755);
        const BoardSetup setup{program, *BoardId::parse("abcdefgh"), {"--one=1", "--two=2"}, {own->path(), {}}, own->take_door()};
        board.emplace(BoardProcess::start(setup, [] {}).value());
        if (goes) board->go();
    }
    void read_some() {
        char buffer[4096];
        for (ssize_t got = 0; (got = read(board->log().get(), buffer, sizeof buffer)) > 0;)
            log.append(buffer, static_cast<std::size_t>(got));
        if (board->report()) board->take_report();
    }
    int ends() {
        for (int i = 0; i < 1000; ++i) {
            read_some();
            if (const auto status = board->ended()) {
                read_some();
                return *status;
            }
            std::this_thread::sleep_for(10ms);
        }
        return -1;
    }
    bool logs(const std::string& text) {
        for (int i = 0; i < 500 && log.find(text) == std::string::npos; ++i) {
            read_some();
            std::this_thread::sleep_for(10ms);
        }
        return log.find(text) != std::string::npos;
    }
};

TEST_F(BoardProcessTest, ItsWordsDoorAndEndAreTheBoards) {
    start("tr '\\0' ' '; echo \"$@ $LISTEN_FDS $LISTEN_FDNAMES $LISTEN_PID=$$\"; ls -l /proc/self/fd/3; exit 7");
    EXPECT_EQ(ends(), 7);
    EXPECT_THAT(log, HasSubstr("--one=1 --two=2 --board=abcdefgh 1 door "));
    EXPECT_THAT(log, HasSubstr("socket:"));
    const std::size_t pid = log.find("door ") + 5;
    EXPECT_EQ(log.substr(pid, log.find('=', pid) - pid), log.substr(log.find('=', pid) + 1, log.find('\n', pid) - log.find('=', pid) - 1));
}

TEST_F(BoardProcessTest, ItReachesNothingButFilesToRead) {
    setenv("SECRET_OF_THE_JOB", "x", 1);
    start(
        "ls /run /dev; ls /proc | grep -c '^[0-9]'; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status\n"
        "echo x 2>&1 >/tmp/written-by-a-test; echo x >/run/board/own && echo own; env\n"
        "grep -v lo: /proc/self/net/dev; exit 0");
    unsetenv("SECRET_OF_THE_JOB");
    EXPECT_EQ(ends(), 0);
    EXPECT_THAT(log, HasSubstr("/run:\nboard\nlink\n"));
    EXPECT_THAT(log, Not(HasSubstr("sda")));
    EXPECT_THAT(log, HasSubstr("CapEff:\t0000000000000000"));
    EXPECT_THAT(log, HasSubstr("CapBnd:\t0000000000000000"));
    EXPECT_THAT(log, HasSubstr("NoNewPrivs:\t1"));
    EXPECT_THAT(log, HasSubstr("Seccomp:\t2"));
    EXPECT_THAT(log, HasSubstr("own\n"));
    EXPECT_THAT(log, Not(HasSubstr("SECRET_OF_THE_JOB")));
    EXPECT_THAT(log, Not(HasSubstr("eth0")));
    EXPECT_NE(access("/tmp/written-by-a-test", F_OK), 0);
}

TEST_F(BoardProcessTest, ItMakesNoFurtherNamespaces) {
    start("unshare --user true; echo user=$?; unshare --net true; echo net=$?; mount -t tmpfs none /mnt; echo mount=$?; exit 0");
    EXPECT_EQ(ends(), 0);
    for (const char* gone : {"user=0", "net=0", "mount=0"}) EXPECT_THAT(log, Not(HasSubstr(gone)));
    EXPECT_THAT(log, HasSubstr("user="));
}

TEST_F(BoardProcessTest, ASignalReachesTheBoardAndItsOptionsChange) {
    start("trap 'echo ending; exit 3' TERM; echo started; while :; do sleep 0.05; done");
    ASSERT_TRUE(logs("started"));
    board->replace_words(bytes_of({"--one=9"}));
    board->signal_board(SIGTERM);
    EXPECT_EQ(ends(), 3);
    EXPECT_THAT(log, HasSubstr("ending"));
}

TEST_F(BoardProcessTest, AllThatItStartedEndsWithIt) {
    start("sleep 1000 & echo started; exit 0");
    EXPECT_EQ(ends(), 0);
    pollfd gone{board->log().get(), POLLIN, 0};
    EXPECT_EQ(poll(&gone, 1, 1000), 1) << "nobody holds the log any more";
    char byte = 0;
    EXPECT_EQ(read(board->log().get(), &byte, 1), 0);
}

TEST_F(BoardProcessTest, AMissingProgramIsNamed) {
    const BoardSetup setup{"/nowhere/boardgate-board", *BoardId::parse("abcdefgh"), {"--one=1"}, {own->path(), {}}, own->take_door()};
    board.emplace(BoardProcess::start(setup, [] {}).value());
    board->go();
    EXPECT_EQ(ends(), 69);
    EXPECT_THAT(board->unfit(), HasSubstr("/nowhere/boardgate-board"));
}

TEST_F(BoardProcessTest, WithoutALinkNothingRuns) {
    start("echo started", false);
    std::this_thread::sleep_for(100ms);
    read_some();
    EXPECT_EQ(log, "");
    EXPECT_FALSE(board->ended());
}

TEST(OwnFolder, NobodyElseEntersAndItGoesAway) {
    std::string path;
    {
        const OwnFolder folder = OwnFolder::make().value();
        path = folder.path();
        struct stat about {};
        ASSERT_EQ(stat(path.c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 0777, 0700U);
        EXPECT_TRUE(folder.connect_to_door());
    }
    EXPECT_NE(access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace boardgate::node
