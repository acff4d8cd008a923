// SPDX-License-Identifier: MIT
// Who is at the other end of a unix socket, by the kernel's word (SO_PEERCRED, unix(7)).
#pragma once

#include <sys/types.h>

#include "src/base/error.h"

namespace boardgate {

struct Peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
};

[[nodiscard]] Result<Peer> peer_of(int socket);

/// The uid of a system account, or an error that says which account to create.
[[nodiscard]] Result<uid_t> uid_of(const char* account);

struct Account {
    uid_t uid;
    gid_t gid;
    std::string name;
    std::string home;
    std::string shell;
};
/// getpwnam_r(3) / getpwuid_r(3). An unknown account is an error with sys == ENOENT; a directory that
/// cannot be asked (SSSD down) is one with another errno.
[[nodiscard]] Result<Account> account_of(const std::string& name);
[[nodiscard]] Result<Account> account_of(uid_t uid);

/// Is it in that group (getgrouplist(3))? No when the group has no name or does not exist.
[[nodiscard]] bool is_member(const Account& account, const std::string& group);

}  // namespace boardgate
