// SPDX-License-Identifier: MIT
#include "src/board/log_inspector.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "src/base/exec_words.h"
#include "src/base/pipe_ends.h"

namespace boardgate::board {

namespace {

constexpr const char* program = BOARDGATE_LIBEXECDIR "/boardgate-data";
constexpr std::size_t longest_report = std::size_t{64} << 10;
/// Behind TensorBoard, for which somebody waits.
constexpr int niceness = 10;

}  // namespace

LogInspector::LogInspector(const Options& options, const LogDir& logdir, const std::string& folder, bool charts)
    : options_(options),
      logdir_(logdir),
      file_(folder.empty() ? std::string() : folder + "/log-report"),
      chart_socket_(folder.empty() || !charts ? std::string() : folder + "/charts") {}

std::vector<std::string> LogInspector::data_variables() const { return {"BOARDGATE_REPORT=" + file_, "BOARDGATE_CHARTS=" + chart_socket_}; }

void LogInspector::set_loader(Loader loader) {
    stop();
    // What another loader's reader found may be out of date.
    for (const std::string& path : {file_, chart_socket_}) {
        if (!path.empty()) unlink(path.c_str());
    }
    if (loader != Loader::boardgate && !file_.empty()) start();
}

void LogInspector::start() {
    auto ends = make_pipe();
    if (!ends) return;
    const Fd inside = std::move(ends->reading);
    standard_input_ = std::move(ends->writing);
    const std::vector<std::string> words = {
        program, "--logdir=" + logdir_.str(),
        "--reload=" + (options_.reload_interval.count() == 0 ? "once" : std::to_string(options_.reload_interval.count())),
        "--report=" + file_, "--report-only"};
    const std::vector<char*> arguments = exec_words(words);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, inside.get(), STDIN_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (posix_spawn(&pid_, program, &actions, &attributes, arguments.data(), environ) != 0) {
        pid_ = -1;
        standard_input_.reset();
    } else {
        setpriority(PRIO_PROCESS, static_cast<id_t>(pid_), niceness);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
}

void LogInspector::stop() {
    if (pid_ < 0) return;
    standard_input_.reset();
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::vector<FileNotice> LogInspector::notices() const {
    const Fd file(open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file) return {};
    std::string text(longest_report, '\0');
    const ssize_t size = pread(file.get(), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return read_report(text);
}

}  // namespace boardgate::board
