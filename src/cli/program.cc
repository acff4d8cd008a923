// SPDX-License-Identifier: MIT
#include "src/cli/program.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/exec_words.h"
#include "src/base/fd.h"
#include "src/base/pipe_ends.h"

namespace boardgate::cli {

namespace {

constexpr std::size_t most_output = 1U << 20;

[[noreturn]] void become(const std::vector<std::string>& words, int output, std::optional<uid_t> as) {
    const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    dup2(nothing.get(), STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    // Out of the session: another account's program must not have root's terminal.
    setsid();
    if (as && (setgroups(0, nullptr) != 0 || setgid(*as) != 0 || setuid(*as) != 0)) _exit(126);
    const std::vector<char*> arguments = exec_words(words);
    execvp(arguments.front(), arguments.data());
    _exit(127);
}

}  // namespace

ProgramEnd run_program(const std::vector<std::string>& words, std::chrono::seconds longest, std::optional<uid_t> as) {
    auto ends = make_pipe();
    if (!ends) return {127, {}, false};
    const Fd reading = std::move(ends->reading);
    Fd writing = std::move(ends->writing);
    const pid_t child = fork();
    if (child < 0) return {127, {}, false};
    if (child == 0) become(words, writing.get(), as);
    writing.reset();

    ProgramEnd end;
    const auto deadline = std::chrono::steady_clock::now() + longest;
    bool too_long = false;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd waiting{reading.get(), POLLIN, 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
            too_long = true;
            break;
        }
        char buffer[4096];
        const ssize_t got = read(reading.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        if (end.output.size() < most_output) end.output.append(buffer, static_cast<std::size_t>(got));
    }
    if (too_long) kill(-child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    end.too_long = too_long;
    end.status = too_long ? 124 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return end;
}

}  // namespace boardgate::cli
