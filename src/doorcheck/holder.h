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

/// All ports where root listens, from the same text. The kernel would let a door open beside such a socket.
[[nodiscard]] std::set<std::uint16_t> listeners_of_root(const std::string& table);

/// Empty if the file cannot be read.
[[nodiscard]] std::string text_of_file(const std::string& path);

/// `python3 (process 812, session-4.scope) of carol`; empty if nothing listens there or it is not visible.
[[nodiscard]] std::string holder_of(std::uint16_t port, const std::string& proc = "/proc");

}  // namespace boardgate::doorcheck
