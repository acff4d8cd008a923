// SPDX-License-Identifier: MIT
#include "src/node/check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include "src/base/fd.h"
#include "src/base/names.h"
#include "src/base/run.h"
#include "src/node/own_folder.h"
#include "src/node/sandbox.h"

namespace boardgate::node {

namespace {

constexpr int patience_milliseconds = 5000;

/// Tries what a board does, in a process of its own.
std::string namespaces_problem() {
    const auto folder = OwnFolder::make();
    if (!folder) return folder.error().text();
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::strerror(errno);
    const Fd out(ends[0]);
    Fd in(ends[1]);
    const pid_t pid = fork();
    if (pid < 0) return std::strerror(errno);
    if (pid == 0) {
        const auto say = [&](const Result<void>& done) {
            if (done) return;
            const std::string text = done.error().text();
            (void)!write(in.get(), text.data(), text.size());
            _exit(1);
        };
        say(leave_namespaces());
        const pid_t first = fork();
        if (first == 0) {
            say(enter_sandbox({folder->path(), {}}));
            _exit(0);
        }
        int status = 0;
        _exit(first > 0 && waitpid(first, &status, 0) == first && status == 0 ? 0 : 1);
    }
    in.reset();
    std::array<char, 1024> text{};
    const ssize_t got = read(out.get(), text.data(), text.size());
    int status = 0;
    waitpid(pid, &status, 0);
    if (got > 0) return {text.data(), static_cast<std::size_t>(got)};
    return status == 0 ? "" : "the sandbox cannot be made";
}

std::string landlock_problem() {
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version >= 1 ? "" : "the kernel has no Landlock: boards that are shown to others do not start here";
}

std::string program_problem(const std::string& path) { return access(path.c_str(), X_OK) == 0 ? "" : path + ": " + std::strerror(errno); }

std::string head_problem(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &raw) != 0) return "not an IP address and a port";
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, &freeaddrinfo);
    const Fd socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (connect(socket.get(), found->ai_addr, found->ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return std::strerror(errno);
    pollfd waiting{socket.get(), POLLOUT, 0};
    if (poll(&waiting, 1, patience_milliseconds) <= 0) return "nobody answers; a firewall may be between";
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? "" : std::strerror(error);
}

}  // namespace

std::vector<Finding> check(const CheckOptions& options) {
    std::vector<Finding> findings = {
        {"namespaces", namespaces_problem()}, {"landlock", landlock_problem()}, {"program", program_problem(options.program)}};
    if (!options.tensorboard.empty()) findings.push_back({"tensorboard", program_problem(options.tensorboard)});
    if (options.port != 0) findings.push_back({"head", head_problem(options.address, options.port)});
    return findings;
}

Result<int> print_check(int argc, char** argv, const std::string& program) {
    CheckOptions options{program, {}, {}, 0};
    constexpr std::string_view head = "--head=";
    constexpr std::string_view tensorboard = "--tensorboard=";
    for (int i = 2; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word.starts_with(tensorboard)) {
            options.tensorboard = word.substr(tensorboard.size());
        } else if (word.starts_with(head) && word.rfind(':') != std::string_view::npos) {
            const std::size_t colon = word.rfind(':');
            options.address = word.substr(head.size(), colon - head.size());
            std::from_chars(word.data() + colon + 1, word.data() + word.size(), options.port);
        } else {
            std::fprintf(stderr, "usage: boardgate-node --check [--head=ADDRESS:PORT] [--tensorboard=PATH]\n");
            return exit_status::usage;
        }
    }
    std::printf("version: " BOARDGATE_VERSION "\nuid: %u\n", geteuid());
    bool good = true;
    for (const Finding& finding : check(options)) {
        std::printf("%s: %s\n", finding.what, finding.problem.empty() ? "ok" : printable(finding.problem).c_str());
        good &= finding.problem.empty() || std::string_view(finding.what) == "landlock";
    }
    return good ? exit_status::done : exit_status::unavailable;
}

}  // namespace boardgate::node
