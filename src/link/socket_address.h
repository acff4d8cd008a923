// SPDX-License-Identifier: MIT
// The address of a head, by its numbers (ip(7), ipv6(7)).
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "src/base/fd.h"

namespace boardgate::link {

struct SocketAddress {
    sockaddr_storage bytes{};
    socklen_t size = 0;  ///< 0: it is no address
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
    /// A non-blocking TCP socket of its family.
    [[nodiscard]] Fd socket() const;
};
[[nodiscard]] SocketAddress socket_address(const std::string& address, std::uint16_t port);

/// Begins to connect; nothing, with errno, if that fails immediately. The socket is writable when it is decided (connect(2)).
[[nodiscard]] Fd begin_to_connect(const std::string& address, std::uint16_t port);

}  // namespace boardgate::link
