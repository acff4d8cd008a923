// SPDX-License-Identifier: MIT
#include "src/far/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "src/base/exec_words.h"
#include "src/base/pipe_ends.h"

namespace boardgate::far {

namespace {

constexpr std::size_t most_output = 64 * 1024;

void set_nonblocking(const Fd& fd) { fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }

/// In the child.
[[noreturn]] void execute(char* const* words, char* const* environment, int in, int out, int err, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execve(words[0], words, environment);
    const std::string_view reason = std::strerror(errno);
    (void)!write(STDERR_FILENO, reason.data(), reason.size());
    _exit(127);
}

/// Appends what is there; closes the descriptor at its end. What is too much is dropped.
void drain(Fd& from, std::string& to) {
    std::array<char, 4096> buffer{};
    while (from) {
        const ssize_t got = read(from.get(), buffer.data(), buffer.size());
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            from.reset();
        } else {
            to.append(buffer.data(), std::min(static_cast<std::size_t>(got), most_output - std::min(most_output, to.size())));
        }
    }
}

}  // namespace

Result<Command> Command::start(const Clock& clock, const std::vector<std::string>& words, const std::vector<std::string>& environment,
                               std::chrono::seconds longest, Secret input) {
    auto in = make_pipe();
    auto out = make_pipe();
    auto err = make_pipe();
    if (!in || !out || !err) return failure("cannot make a pipe");
    const std::vector<char*> argv = exec_words(words);
    const std::vector<char*> envp = exec_words(environment);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return system_error("cannot start a process");
    if (pid == 0) execute(argv.data(), envp.data(), in->reading.get(), out->writing.get(), err->writing.get(), parent);
    Command started(clock, pid, clock.boot() + longest, std::move(input));
    started.process_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    started.in_ = std::move(in->writing);
    started.out_ = std::move(out->reading);
    started.err_ = std::move(err->reading);
    for (const Fd* fd : {&started.in_, &started.out_, &started.err_}) set_nonblocking(*fd);
    if (!started.process_) return system_error("cannot watch a process");
    started.write_input();
    return started;
}

Command::Command(Command&& other) noexcept
    : clock_(other.clock_),
      pid_(std::exchange(other.pid_, -1)),
      deadline_(other.deadline_),
      input_(std::move(other.input_)),
      written_(other.written_),
      process_(std::move(other.process_)),
      in_(std::move(other.in_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      outcome_(std::move(other.outcome_)) {}

Command::~Command() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Command::write_input() {
    const std::string& text = input_.reveal();
    while (in_ && written_ < text.size()) {
        const ssize_t put = write(in_.get(), text.data() + written_, text.size() - written_);
        if (put < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (put <= 0) break;
        written_ += static_cast<std::size_t>(put);
    }
    in_.reset();
    input_.wipe();
}

std::optional<Command::Outcome> Command::advance() {
    if (in_) write_input();
    drain(out_, outcome_.out);
    drain(err_, outcome_.err);
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        // A process that it left behind may hold the other ends.
        drain(out_, outcome_.out);
        drain(err_, outcome_.err);
        outcome_.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        return std::move(outcome_);
    }
    if (clock_.boot() < deadline_) return std::nullopt;
    outcome_.status = took_too_long;
    return std::move(outcome_);
}

std::vector<pollfd> Command::waits() const {
    std::vector<pollfd> waits = {{process_.get(), POLLIN, 0}};
    if (in_) waits.push_back({in_.get(), POLLOUT, 0});
    for (const Fd* fd : {&out_, &err_}) {
        if (*fd) waits.push_back({fd->get(), POLLIN, 0});
    }
    return waits;
}

}  // namespace boardgate::far
