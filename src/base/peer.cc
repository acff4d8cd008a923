// SPDX-License-Identifier: MIT
#include "src/base/peer.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include <algorithm>
#include <vector>

namespace boardgate {

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return system_error("cannot read the credentials of the socket's peer");
    }
    return Peer{credentials.uid, credentials.gid, credentials.pid};
}

namespace {
template <class Ask>
Result<Account> ask_directory(Ask ask, const std::string& subject) {
    std::vector<char> buffer(16384);
    for (;;) {
        passwd entry{};
        passwd* found = nullptr;
        const int status = ask(&entry, buffer.data(), buffer.size(), &found);
        if (status == ERANGE && buffer.size() < (1U << 20)) {
            buffer.resize(buffer.size() * 2);
            continue;
        }
        if (status == EINTR) continue;
        if (found == nullptr) {
            // glibc returns 0 if every module has answered. ENOENT comes from a module that could not: its socket does not
            // exist.
            if (status == 0) return system_error("no such account", subject, ENOENT);
            return system_error("cannot look up the account", subject, status == ENOENT ? EIO : status);
        }
        return Account{entry.pw_uid, entry.pw_gid, entry.pw_name, entry.pw_dir, entry.pw_shell};
    }
}
}  // namespace

Result<Account> account_of(const std::string& name) {
    return ask_directory(
        [&](passwd* entry, char* buffer, std::size_t size, passwd** found) { return getpwnam_r(name.c_str(), entry, buffer, size, found); },
        name);
}

Result<Account> account_of(uid_t uid) {
    return ask_directory(
        [&](passwd* entry, char* buffer, std::size_t size, passwd** found) { return getpwuid_r(uid, entry, buffer, size, found); },
        std::to_string(uid));
}

Result<gid_t> gid_of(const std::string& group) {
    std::vector<char> buffer(1U << 16);
    ::group entry{};
    ::group* found = nullptr;
    int fault = 0;
    while ((fault = getgrnam_r(group.c_str(), &entry, buffer.data(), buffer.size(), &found)) == ERANGE && buffer.size() < (1U << 24)) {
        buffer.resize(buffer.size() * 2);  // a group may have thousands of members
    }
    if (found != nullptr) return entry.gr_gid;
    const bool unknown = fault == 0 || fault == ENOENT;
    return tl::make_unexpected(Error{unknown ? "there is no group" : "the groups cannot be read", group, "", unknown ? ENOENT : fault});
}

bool is_member(const Account& account, gid_t group) {
    int count = 64;
    std::vector<gid_t> groups(64);
    if (getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));
        if (getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) return false;
    }
    groups.resize(static_cast<std::size_t>(count));
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

bool is_member(const Account& account, const std::string& group, std::optional<gid_t> number) {
    if (group.empty()) return false;
    const auto gid = gid_of(group);
    return gid && (!number || *number == *gid) && is_member(account, *gid);
}

Result<uid_t> uid_of(const char* account) {
    return account_of(std::string(account)).map([](const Account& a) { return a.uid; }).map_error([](Error error) {
        error.remedy = "create it with systemd-sysusers";
        return error;
    });
}

}  // namespace boardgate
