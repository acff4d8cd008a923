// SPDX-License-Identifier: MIT
// A link over its socket: TLS, the endpoint behind it, and the times after which it ends.
#pragma once

#include <memory>

#include "src/link/endpoint.h"
#include "src/link/tls.h"

namespace boardgate::link {

/// For so long both ends wait for each other: then the node ends its board, and the head takes the node for lost.
inline constexpr std::chrono::seconds longest_without_link{60};

/// TLS and HELLO are done within this time.
inline constexpr std::chrono::seconds longest_greeting{5};

class Link {
public:
    /// The node's link says HELLO as soon as TLS is up.
    Link(const Clock& clock, Side side, std::unique_ptr<TlsConnection> connection);

    /// Moves bytes without waiting. After an error the link has ended.
    [[nodiscard]] Result<void> advance(Endpoint::Events& events);
    /// Sends what waits; advance() does it, too.
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] int fd() const { return tls_->fd(); }
    /// What poll(2) has to wait for.
    [[nodiscard]] short events() const;
    /// When advance() has something to do even if nothing happens.
    [[nodiscard]] BootTime next_time() const;
    [[nodiscard]] bool has_shaken_hands() const { return secure_; }
    /// The greeting is over: longest_greeting does not count any more.
    void set_greeted() { greeted_ = true; }
    [[nodiscard]] BootTime begun() const { return begun_; }
    [[nodiscard]] Endpoint& endpoint() { return endpoint_; }

private:
    [[nodiscard]] Result<void> shake_hands();

    const Clock& clock_;
    std::unique_ptr<TlsConnection> tls_;
    Endpoint endpoint_;
    BootTime begun_;
    bool secure_ = false;
    bool greeted_ = false;
    bool handshake_writes_ = false;
};

}  // namespace boardgate::link
