// SPDX-License-Identifier: MIT
#include "src/doorcheck/probe.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>

namespace boardgate::doorcheck {

namespace {

/// On loopback, an answer takes microseconds.
constexpr int patience_ms = 1000;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

Result<Probe> Probe::open(std::uint16_t port, Fd kept) {
    const sockaddr_in address = loopback(port);
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    const bool is_ours = kept && getsockname(kept.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0 &&
                         bound.sin_port == address.sin_port && bound.sin_addr.s_addr == address.sin_addr.s_addr;
    if (is_ours) return Probe(std::move(kept), port);
    const int on = 1;
    Fd listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // Accepted connections, while the filter is not in force, leave the port in TIME_WAIT.
    if (!listening || setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listening.get(), 4) != 0) {
        auto error = system_error("cannot listen on the first port of door_ports", std::to_string(port));
        error.value().remedy = "see who has it with ss -ltnp, or choose another range in boardgate.conf";
        return error;
    }
    return Probe(std::move(listening), port);
}

Result<bool> Probe::refused() const {
    const sockaddr_in address = loopback(port_);
    const Fd visitor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!visitor) return system_error("cannot make a socket");
    int outcome = connect(visitor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    if (outcome == EINPROGRESS) {
        pollfd decided{visitor.get(), POLLOUT, 0};
        socklen_t size = sizeof outcome;
        if (poll(&decided, 1, patience_ms) <= 0) {
            outcome = ETIMEDOUT;
        } else if (getsockopt(visitor.get(), SOL_SOCKET, SO_ERROR, &outcome, &size) != 0) {
            return system_error("cannot read the error of a socket");
        }
    }
    if (outcome == 0) return false;
    if (outcome == ECONNREFUSED) return true;
    return system_error("a test connection to the door ports was neither accepted nor refused", std::to_string(port_), outcome);
}

}  // namespace boardgate::doorcheck
