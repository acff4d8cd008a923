// SPDX-License-Identifier: MIT
#include "src/far/link_listener.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "src/base/secret.h"
#include "src/base/socket_options.h"
#include "src/link/socket_address.h"

namespace boardgate::far {

namespace {

constexpr int record_header = 5;
constexpr unsigned char handshake_record = 22;
/// OpenSSL's has 1.5 KiB where it offers a key share of ML-KEM.
constexpr int longest_client_hello = 8 * 1024;

Fd listen_at(const std::string& address, std::uint16_t port) {
    const link::SocketAddress at = link::socket_address(address, port);
    Fd socket = at.socket();
    const int on = 1;
    constexpr int backlog = 16;
    if (!socket) return socket;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const bool listens = bind(socket.get(), at.get(), at.size) == 0 && listen(socket.get(), backlog) == 0;
    return listens ? std::move(socket) : Fd();
}

std::uint16_t port_of(const Fd& socket) {
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size);
    sockaddr_in four{};
    std::memcpy(&four, &at, sizeof four);  // the port is at the same place in both families
    return ntohs(four.sin_port);
}

}  // namespace

/// Keeps what comes behind HELLO for the program that takes the link.
struct LinkListener::Waiting final : link::Endpoint::Events {
    Waiting(const Clock& clock, std::unique_ptr<link::TlsConnection> connection)
        : link(std::make_unique<link::Link>(clock, link::Side::head, std::move(connection))) {}
    std::unique_ptr<link::Link> link;
    std::optional<link::Hello> hello;
    std::vector<std::function<void(link::Endpoint::Events&)>> later;

    void on_hello(const link::Hello& said) override { hello = said; }
    void on_status(std::string_view text) override {
        later.emplace_back([said = std::string(text)](link::Endpoint::Events& events) { events.on_status(said); });
    }
    void on_log(std::string_view text) override {
        later.emplace_back([said = std::string(text)](link::Endpoint::Events& events) { events.on_log(said); });
    }
    void on_end(const link::End& end) override {
        later.emplace_back([end](link::Endpoint::Events& events) { events.on_end(end); });
    }
};

Result<LinkListener> LinkListener::open(const Clock& clock, const std::string& address, std::uint16_t first, std::uint16_t last,
                                        link::Key key) {
    auto tls = link::TlsContext::make(link::Side::head, std::move(key));
    if (!tls) return error_of(tls);
    const unsigned count = first == 0 ? 1U : 1U + last - first;
    // From a port of chance on: boards that start at the same time do not all try the same ones.
    std::uint16_t begin = 0;
    fill_random(reinterpret_cast<unsigned char*>(&begin), sizeof begin);
    for (unsigned i = 0; i < count; ++i) {
        const unsigned port = first == 0 ? 0 : first + (begin + i) % count;
        if (Fd socket = listen_at(address, static_cast<std::uint16_t>(port)); socket) {
            const std::uint16_t bound = port_of(socket);
            return LinkListener(clock, std::move(socket), bound, *std::move(tls));
        }
    }
    return system_error("cannot listen for the node at link_address and link_ports", address);
}

void LinkListener::accept_some() {
    for (std::size_t i = 0; i < most_silent; ++i) {
        Fd connection(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!connection) return;
        if (silent_.size() >= most_silent) silent_.pop_front();
        disable_nagle(connection.get());
        setsockopt(connection.get(), SOL_SOCKET, SO_RCVLOWAT, &record_header, sizeof record_header);
        silent_.push_back({std::move(connection), clock_.boot()});
    }
}

/// Looks at the first record (RFC 8446, 5.1) without taking it.
LinkListener::Said LinkListener::said(const Fd& socket) {
    std::array<unsigned char, record_header + longest_client_hello> bytes;
    const ssize_t got = recv(socket.get(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return Said::nonsense;
    if (got > 0 && bytes[0] != handshake_record) return Said::nonsense;
    if (got >= record_header) {
        const int whole = record_header + (bytes[3] << 8) + bytes[4];
        if (whole > static_cast<int>(bytes.size())) return Said::nonsense;
        if (got >= whole) return Said::hello;
        // Only then poll(2) wakes this program.
        setsockopt(socket.get(), SOL_SOCKET, SO_RCVLOWAT, &whole, sizeof whole);
    }
    pollfd ended{socket.get(), POLLRDHUP, 0};
    return poll(&ended, 1, 0) > 0 && (ended.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0 ? Said::nonsense : Said::nothing;
}

bool LinkListener::may_begin() const {
    return waiting_.size() < most_in_handshake || clock_.boot() - waiting_.front()->link->begun() >= least_time;
}

void LinkListener::begin_handshakes() {
    for (auto at = silent_.begin(); at != silent_.end();) {
        const Said what = clock_.boot() - at->since >= link::longest_greeting ? Said::nonsense : said(at->socket);
        if (what == Said::hello && may_begin()) {
            if (waiting_.size() >= most_in_handshake) waiting_.pop_front();
            const int one = 1;
            setsockopt(at->socket.get(), SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
            if (auto tls = tls_->connection(std::move(at->socket))) waiting_.push_back(std::make_shared<Waiting>(clock_, *std::move(tls)));
            at = silent_.erase(at);
        } else {
            at = what == Said::nonsense ? silent_.erase(at) : std::next(at);
        }
    }
}

std::optional<LinkListener::Greeted> LinkListener::advance() {
    accept_some();
    begin_handshakes();
    std::optional<Greeted> greeted;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        Waiting& one = **at;
        const auto good = one.link->advance(one);
        if (one.hello && !greeted) {
            // It may have ended behind HELLO; the next advance() of the link says so.
            one.link->set_greeted();
            greeted = Greeted{std::move(one.link), std::move(*one.hello), std::move(one.later)};
        }
        at = !good || one.hello ? waiting_.erase(at) : std::next(at);
    }
    return greeted;
}

std::vector<pollfd> LinkListener::waits() const {
    std::vector<pollfd> waits = {{socket_.get(), POLLIN, 0}};
    if (may_begin()) {
        for (const Silent& one : silent_) waits.push_back({one.socket.get(), POLLIN | POLLRDHUP, 0});
    }
    for (const auto& one : waiting_) waits.push_back({one->link->fd(), one->link->events(), 0});
    return waits;
}

std::optional<BootTime> LinkListener::next_time() const {
    std::optional<BootTime> next;
    for (const auto& one : waiting_) next = std::min(next.value_or(one->link->next_time()), one->link->next_time());
    if (!silent_.empty()) next = std::min(next.value_or(BootTime::max()), silent_.front().since + link::longest_greeting);
    if (!may_begin()) next = std::min(*next, waiting_.front()->link->begun() + least_time);
    return next;
}

}  // namespace boardgate::far
