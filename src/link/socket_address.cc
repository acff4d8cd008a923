// SPDX-License-Identifier: MIT
#include "src/link/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include "src/base/socket_options.h"

namespace boardgate::link {

Fd SocketAddress::socket() const { return Fd(::socket(bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

SocketAddress socket_address(const std::string& address, std::uint16_t port) {
    SocketAddress made;
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        made.size = sizeof four;
        std::memcpy(&made.bytes, &four, sizeof four);
    } else if (inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(port);
        made.size = sizeof six;
        std::memcpy(&made.bytes, &six, sizeof six);
    }
    return made;
}

Fd begin_to_connect(const std::string& address, std::uint16_t port) {
    const SocketAddress at = socket_address(address, port);
    if (at.size == 0) {
        errno = EINVAL;
        return Fd();
    }
    Fd socket = at.socket();
    if (!socket) return socket;
    disable_nagle(socket.get());
    return connect(socket.get(), at.get(), at.size) == 0 || errno == EINPROGRESS ? std::move(socket) : Fd();
}

}  // namespace boardgate::link
