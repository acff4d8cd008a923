// SPDX-License-Identifier: MIT
#include "src/board/tensorboard.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <linux/close_range.h>

namespace boardgate::board {

namespace {

/// Takes 0.06 s idle and 0.2 s with 300 runs; the unit's TimeoutStopSec= is above.
constexpr std::chrono::milliseconds time_to_stop{5000};

std::string folder_name(const std::string& path) {
    const std::size_t end = path.find_last_not_of('/');
    if (end == std::string::npos) return "/";
    return path.substr(path.rfind('/', end) + 1, end - path.rfind('/', end));
}

/// Runs in the child between fork and exec; returns errno.
int become(const std::vector<char*>& arguments, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);  // it died before the line above
    // Each is close-on-exec already. A descriptor that got away would let TensorBoard hold the door open or
    // speak to systemd for us.
    syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    for (const char* name : {"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC"}) {
        unsetenv(name);
    }
    execv(arguments.front(), arguments.data());
    return errno;
}

}  // namespace

std::string path_prefix(const BoardId& board) { return "/b/" + board.str(); }

std::vector<std::string> tensorboard_arguments(const Options& options) {
    static constexpr const char* load_fast[] = {"auto", "true", "false"};
    std::vector<std::string> words = {
        options.tensorboard,
        // One path; commas in it mean nothing here (they would in --logdir_spec).
        "--logdir=" + options.logdir.str(),
        "--path_prefix=" + path_prefix(options.board),
        "--host=127.0.0.1",
        "--port=" + std::to_string(inner_port),
        "--window_title=" + (options.title.empty() ? folder_name(options.logdir.str()) : options.title),
        "--reload_interval=" + std::to_string(options.reload_interval.count()),
        std::string("--load_fast=") + load_fast[static_cast<std::size_t>(options.fast_loader)],
    };
    if (options.reload_multifile) words.emplace_back("--reload_multifile=true");
    if (!options.samples.empty()) words.push_back("--samples_per_plugin=" + options.samples);
    return words;
}

std::string Ending::text() const {
    if (signal == 0) return "TensorBoard ended with exit status " + std::to_string(status);
    const char* name = sigabbrev_np(signal);
    return "TensorBoard was ended by signal " + (name == nullptr ? std::to_string(signal) : "SIG" + std::string(name));
}

Result<TensorBoard> TensorBoard::start(const std::vector<std::string>& arguments) {
    std::vector<char*> words;
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));  // execv(3) only reads
    words.push_back(nullptr);
    // Says why exec failed; closed by a successful one.
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe");
    const Fd why(ends[0]);
    Fd failed(ends[1]);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return system_error("cannot start a process");
    if (pid == 0) {
        const int error = become(words, parent);
        (void)!write(failed.get(), &error, sizeof error);
        _exit(127);
    }
    TensorBoard started(pid, Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))));
    if (!started.pidfd_) return system_error("cannot watch a process");
    failed.reset();
    int error = 0;
    if (read(why.get(), &error, sizeof error) == sizeof error) {
        // The subject stands behind, so that the first words are the same for every path (failures.inc).
        return tl::make_unexpected(Error{"cannot run tensorboard", {}, "the environment's program is " + arguments.front(), error});
    }
    return started;
}

TensorBoard::TensorBoard(TensorBoard&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), ending_(other.ending_) {}

TensorBoard::~TensorBoard() {
    if (pid_ < 0 || ended()) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

std::optional<Ending> TensorBoard::ended() {
    int status = 0;
    if (!ending_ && waitpid(pid_, &status, WNOHANG) == pid_) {
        ending_ = WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
    }
    return ending_;
}

void TensorBoard::stop() {
    if (ended()) return;
    kill(pid_, SIGTERM);
    pollfd gone{pidfd_.get(), POLLIN, 0};
    if (poll(&gone, 1, static_cast<int>(time_to_stop.count())) <= 0) kill(pid_, SIGKILL);
    poll(&gone, 1, -1);
    (void)ended();
}

}  // namespace boardgate::board
