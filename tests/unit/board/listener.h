// SPDX-License-Identifier: MIT
// A listening TCP socket on a free loopback port, in place of a door or of TensorBoard.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "src/base/fd.h"

namespace boardgate::board {

struct Listener {
    Listener() : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const name = reinterpret_cast<sockaddr*>(&address);
        if (bind(fd.get(), name, size) == 0 && listen(fd.get(), 128) == 0 && getsockname(fd.get(), name, &size) == 0) {
            port = ntohs(address.sin_port);
        }
    }
    [[nodiscard]] Fd accept() const { return Fd(accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

    Fd fd;
    std::uint16_t port = 0;
};

inline Fd connect_to(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
    return fd;
}

}  // namespace boardgate::board
