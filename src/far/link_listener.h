// SPDX-License-Identifier: MIT
// The port to which the node of one board connects. Everybody in the cluster's network can connect: a connection that says nothing
// costs a descriptor until it is the oldest of many, and few that begin TLS are there at the same time, each for a short time.
#pragma once

#include <poll.h>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "src/link/link.h"
#include "src/link/orders.h"

namespace boardgate::far {

class LinkListener {
public:
    static constexpr std::size_t most_silent = 32;
    static constexpr std::size_t most_in_handshake = 4;
    /// A connection in its handshake keeps its place for at least this long.
    static constexpr std::chrono::milliseconds least_time{500};

    /// At a free port from `first` to `last`, or at any if both are 0.
    [[nodiscard]] static Result<LinkListener> open(const Clock& clock, const std::string& address, std::uint16_t first, std::uint16_t last,
                                                   link::Key key);

    struct Greeted {
        std::unique_ptr<link::Link> link;
        link::Hello hello;
        std::vector<std::function<void(link::Endpoint::Events&)>> later;  ///< what came behind HELLO already
    };
    /// A link whose node has said HELLO, if there is one.
    [[nodiscard]] std::optional<Greeted> advance();
    [[nodiscard]] std::vector<pollfd> waits() const;
    [[nodiscard]] std::optional<BootTime> next_time() const;
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    struct Waiting;
    /// It has not sent a whole ClientHello yet.
    struct Silent {
        Fd socket;
        BootTime since;
    };
    enum class Said { nothing, hello, nonsense };
    LinkListener(const Clock& clock, Fd socket, std::uint16_t port, std::unique_ptr<link::TlsContext> tls)
        : clock_(clock), socket_(std::move(socket)), port_(port), tls_(std::move(tls)) {}
    void accept_some();
    [[nodiscard]] static Said said(const Fd& socket);
    [[nodiscard]] bool may_begin() const;
    void begin_handshakes();

    const Clock& clock_;
    Fd socket_;
    std::uint16_t port_;
    std::unique_ptr<link::TlsContext> tls_;
    std::list<Silent> silent_;                     ///< the oldest first
    std::list<std::shared_ptr<Waiting>> waiting_;  ///< in their handshake, the oldest first
};

}  // namespace boardgate::far
