// SPDX-License-Identifier: MIT
// The peer of a unix socket, by its credentials (SO_PEERCRED, unix(7)).
#pragma once

#include <sys/types.h>

#include <optional>

#include "src/base/error.h"

namespace boardgate {

struct Peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
};

[[nodiscard]] Result<Peer> peer_of(int socket);

/// The uid of a system account, or an error that names the account to create.
[[nodiscard]] Result<uid_t> uid_of(const char* account);

struct Account {
    uid_t uid;
    gid_t gid;
    std::string name;
    std::string home;
    std::string shell;
};
/// getpwnam_r(3) / getpwuid_r(3). An unknown account is an error with sys == ENOENT; a directory
/// service that does not answer (SSSD down) is an error with another errno.
[[nodiscard]] Result<Account> account_of(const std::string& name);
[[nodiscard]] Result<Account> account_of(uid_t uid);

/// The gid of a group, by getgrnam_r(3). Errors as of account_of().
[[nodiscard]] Result<gid_t> gid_of(const std::string& group);
/// Whether the account is in the group (getgrouplist(3)).
[[nodiscard]] bool is_member(const Account& account, gid_t group);
/// The same. False if the group's name is empty or unknown, or if it has another number than `number`.
[[nodiscard]] bool is_member(const Account& account, const std::string& group, std::optional<gid_t> number = std::nullopt);

}  // namespace boardgate
