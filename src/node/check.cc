// SPDX-License-Identifier: MIT
#include "src/node/check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include "src/base/fd.h"
#include "src/base/landlock_version.h"
#include "src/base/names.h"
#include "src/base/pipe_ends.h"
#include "src/base/run.h"
#include "src/link/socket_address.h"
#include "src/node/own_folder.h"
#include "src/node/sandbox.h"

namespace boardgate::node {

namespace {

constexpr int patience_milliseconds = 5000;

/// Tries what a board does, in a process of its own.
std::string namespaces_problem() {
    const auto folder = OwnFolder::make();
    if (!folder) return folder.error().text();
    auto ends = make_pipe();
    if (!ends) return ends.error().text();
    const Fd out = std::move(ends->reading);
    Fd in = std::move(ends->writing);
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

std::string head_problem(const std::string& address, std::uint16_t port) {
    if (link::socket_address(address, port).size == 0) return "not an IP address and a port";
    const Fd socket = link::begin_to_connect(address, port);
    if (!socket) return std::strerror(errno);
    pollfd waiting{socket.get(), POLLOUT, 0};
    if (poll(&waiting, 1, patience_milliseconds) <= 0) return "no answer";
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? "" : std::strerror(error);
}

Finding program_finding(const std::string& path) {
    if (access(path.c_str(), X_OK) == 0) return {"program " + path};
    return {"program " + path + ": " + std::strerror(errno),
            "install it on this node at the same path, or on a file system that all nodes have"};
}

bool take(std::string_view word, std::string_view option, std::string& value) {
    if (!word.starts_with(option)) return false;
    value = word.substr(option.size());
    return true;
}

/// False: there is no such option.
bool take(std::string_view word, CheckOptions& options) {
    std::string value;
    if (take(word, "--uid=", options.uid) || take(word, "--version=", options.version)) return true;
    if (take(word, "--program=", value)) {
        options.programs.push_back(value);
        return true;
    }
    const std::size_t colon = value.empty() && take(word, "--head=", value) ? value.rfind(':') : std::string::npos;
    if (colon == std::string::npos) return false;
    options.address = value.substr(0, colon);
    std::from_chars(value.data() + colon + 1, value.data() + value.size(), options.port);
    return options.port != 0;
}

}  // namespace

std::vector<Finding> check(const CheckOptions& options) {
    std::vector<Finding> findings;
    const std::string refused = namespaces_problem();
    findings.push_back(refused.empty()
                           ? Finding{"namespaces of people"}
                           : Finding{"namespaces of people: " + refused,
                                     "allow them on nodes (sysctl user.max_user_namespaces and, on Ubuntu, an AppArmor profile)"});
    findings.push_back(landlock_version() >= 1
                           ? Finding{"Landlock"}
                           : Finding{"Landlock: this kernel has none", "boards that are shown to others do not start on this node"});
    const std::string uid = std::to_string(geteuid());
    if (!options.uid.empty())
        findings.push_back(
            {"uid " + uid, uid == options.uid ? "" : "the account has uid " + options.uid + " on the server: use one for both"});
    if (!options.version.empty()) {
        const bool same = options.version == BOARDGATE_VERSION;
        findings.push_back({"boardgate " BOARDGATE_VERSION, same ? "" : "install the server's version on this node: " + options.version});
    }
    findings.push_back(program_finding(options.board_program));
    for (const std::string& program : options.programs) findings.push_back(program_finding(program));
    if (options.port != 0) {
        const std::string way = "the way to the server, " + options.address + ":" + std::to_string(options.port);
        const std::string problem = head_problem(options.address, options.port);
        findings.push_back(problem.empty() ? Finding{way}
                                           : Finding{way + ": " + problem,
                                                     "let nodes connect to link_address and link_ports (boardgate.conf, firewalls)"});
    }
    return findings;
}

Result<int> print_check(int argc, char** argv, const std::string& board_program) {
    CheckOptions options{board_program};
    for (int i = 2; i < argc; ++i) {
        if (take(argv[i], options)) continue;
        std::fprintf(stderr, "usage: boardgate-node --check [--head=ADDRESS:PORT] [--uid=UID] [--version=VERSION] [--program=PATH]...\n");
        return exit_status::usage;
    }
    bool good = true;
    for (const Finding& finding : check(options)) {
        const bool fine = finding.remedy.empty();
        good &= fine;
        std::printf("%s\t%s", fine ? "fine" : "wrong", printable(finding.what).c_str());
        if (!fine) std::printf("\t%s", printable(finding.remedy).c_str());
        std::printf("\n");
    }
    return good ? exit_status::done : 1;
}

}  // namespace boardgate::node
