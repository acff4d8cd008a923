// SPDX-License-Identifier: MIT
// The program that listens on a port of door_ports, for the error of a request for that port.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace boardgate::doorcheck {

/// The inode of the socket that listens on `port`, from the text of /proc/net/tcp or tcp6 (proc_pid_net(5)).
[[nodiscard]] std::optional<std::uint64_t> listener_in(const std::string& table, std::uint16_t port);

/// All ports with a listener, from the same text.
[[nodiscard]] std::set<std::uint16_t> listeners_in(const std::string& table);
/// The same for the host's two tables, one number a line.
[[nodiscard]] std::string all_listeners(const std::string& proc = "/proc");

/// `python3 (process 812, session-4.scope) of carol`; empty if nothing listens there or it is not visible.
[[nodiscard]] std::string holder_of(std::uint16_t port, const std::string& proc = "/proc");

}  // namespace boardgate::doorcheck
