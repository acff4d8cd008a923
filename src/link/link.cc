// SPDX-License-Identifier: MIT
#include "src/link/link.h"

#include <poll.h>

namespace boardgate::link {

namespace {

/// What one turn takes in; the rest waits for the next one.
constexpr std::size_t most_per_turn = 256 * 1024;
constexpr std::size_t part = 64 * 1024;

}  // namespace

Link::Link(const Clock& clock, Side side, std::unique_ptr<TlsConnection> connection)
    : clock_(clock),
      tls_(std::move(connection)),
      endpoint_(side, clock.boot()),
      begun_(clock.boot()),
      handshake_writes_(side == Side::node) {}

Result<void> Link::shake_hands() {
    const auto step = tls_->shake_hands();
    if (!step) return error_of(step);
    secure_ = *step == TlsConnection::Step::done;
    handshake_writes_ = *step == TlsConnection::Step::wants_write;
    return {};
}

Result<void> Link::advance(Endpoint::Events& events) {
    if (!greeted_ && clock_.boot() - begun_ >= longest_greeting) return failure("the other end of the link says nothing");
    if (!secure_) {
        if (auto shaken = shake_hands(); !shaken) return shaken;
        if (!secure_) return {};
    }
    for (std::size_t taken = 0; taken < most_per_turn;) {
        std::string bytes;
        const auto step = tls_->read(bytes, part);
        taken += bytes.size();
        // What came before the end counts.
        if (!bytes.empty()) {
            if (auto good = endpoint_.take(bytes, clock_.boot(), events); !good) return good;
        }
        if (!step) return error_of(step);
        if (*step != TlsConnection::Step::done) break;
    }
    if (auto good = endpoint_.tick(clock_.boot()); !good) return good;
    return flush();
}

Result<void> Link::flush() {
    while (secure_ && !endpoint_.output().empty()) {
        std::size_t sent = 0;
        const auto step = tls_->write(endpoint_.output(), sent);
        endpoint_.sent(sent);
        if (!step) return error_of(step);
        if (*step != TlsConnection::Step::done) break;
    }
    return {};
}

short Link::events() const {
    const bool writes = secure_ ? !endpoint_.output().empty() : handshake_writes_;
    return static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN);
}

BootTime Link::next_time() const {
    const BootTime next = endpoint_.next_tick();
    return greeted_ ? next : std::min(next, begun_ + longest_greeting);
}

}  // namespace boardgate::link
