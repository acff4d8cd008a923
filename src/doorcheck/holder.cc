// SPDX-License-Identifier: MIT
#include "src/doorcheck/holder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "src/base/peer.h"

namespace boardgate::doorcheck {

std::string text_of_file(const std::string& path) {
    std::ostringstream text;
    if (std::ifstream in(path); in.is_open()) text << in.rdbuf();
    return text.str();
}

namespace {

namespace fs = std::filesystem;

bool has_socket(const fs::path& process, std::uint64_t inode) {
    const std::string wanted = fmt::format("socket:[{}]", inode);
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(process / "fd", gone)) {
        std::error_code closed;
        if (fs::read_symlink(entry.path(), closed) == wanted) return true;
    }
    return false;
}

/// The unit of a process: the last part of its control group (cgroups(7), version 2: `0::/system.slice/x.service`).
std::string unit_of(const fs::path& process) {
    std::string group = text_of_file(process / "cgroup");
    group.erase(std::min(group.find('\n'), group.size()));
    return group.substr(group.rfind('/') + 1);
}

std::string words_about(const fs::path& process) {
    if (process.filename() == "1") return "systemd, for a socket unit (systemctl list-sockets),";
    std::string name = text_of_file(process / "comm");
    name.erase(std::min(name.find('\n'), name.size()));
    struct stat about {};
    std::string owner = "somebody";
    if (stat(process.c_str(), &about) == 0) {
        const auto account = account_of(about.st_uid);
        owner = account ? account->name : std::to_string(about.st_uid);
    }
    return fmt::format("{} (process {}, {}) of {}", name, process.filename().string(), unit_of(process), owner);
}

}  // namespace

namespace {
/// Calls `use` with port, uid and inode of each socket that listens.
template <class Use>
void each_listener(const std::string& table, Use use) {
    std::istringstream lines(table);
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string number, local, remote, state, queues, timer, retransmit, timeout;
        uid_t uid = 0;
        std::uint64_t inode = 0;
        words >> number >> local >> remote >> state >> queues >> timer >> retransmit >> uid >> timeout >> inode;
        if (!words || state != "0A") continue;
        use(static_cast<std::uint16_t>(std::strtoul(local.c_str() + local.rfind(':') + 1, nullptr, 16)), uid, inode);
    }
}
}  // namespace

std::optional<std::uint64_t> listener_in(const std::string& table, std::uint16_t port) {
    std::optional<std::uint64_t> found;
    each_listener(table, [&](std::uint16_t listening, uid_t, std::uint64_t inode) {
        if (listening == port && !found) found = inode;
    });
    return found;
}

std::set<std::uint16_t> listeners_of_root(const std::string& table) {
    std::set<std::uint16_t> ports;
    each_listener(table, [&](std::uint16_t port, uid_t uid, std::uint64_t) {
        if (uid == 0) ports.insert(port);
    });
    return ports;
}

std::string holder_of(std::uint16_t port, const std::string& proc) {
    auto inode = listener_in(text_of_file(proc + "/net/tcp"), port);
    if (!inode) inode = listener_in(text_of_file(proc + "/net/tcp6"), port);
    if (!inode) return {};
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(proc, gone)) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") == std::string::npos && has_socket(entry.path(), *inode)) return words_about(entry.path());
    }
    return {};
}

}  // namespace boardgate::doorcheck
