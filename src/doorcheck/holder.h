// SPDX-License-Identifier: MIT
// Who listens on a port of the door range, for the person who asked for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace boardgate::doorcheck {

/// The inode of the socket that listens on `port`, from the text of /proc/net/tcp or tcp6 (proc_pid_net(5)).
[[nodiscard]] std::optional<std::uint64_t> listener_in(const std::string& table, std::uint16_t port);

/// `python3 (process 812, session-4.scope) of carol`; empty when nobody listens there or it cannot be seen.
[[nodiscard]] std::string holder_of(std::uint16_t port, const std::string& proc = "/proc");

}  // namespace boardgate::doorcheck
