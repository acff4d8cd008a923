// SPDX-License-Identifier: MIT
// Relays between the door and TensorBoard: opens a connection to 127.0.0.1:6006 for each connection at the door, or to
// boardgate-data where the request's first line is one for charts (TensorBoard serves one request for each connection). The
// heads of request and answer are read (http_head.h); the kernel moves the bytes behind them (splice(2)) without copies to
// user space. SIGPIPE must be ignored: splice(2) has no MSG_NOSIGNAL.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/http/http_head.h"

namespace boardgate::board {

struct Pipe {
    Fd out;
    Fd in;
};

/// A pool of empty pipes. A direction holds one only while bytes are in transit, so that hundreds of open connections do
/// not exhaust the user's pipe buffers (pipe(7), pipe-user-pages-soft).
class Pipes {
public:
    [[nodiscard]] std::optional<Pipe> take();
    void give_back(Pipe pipe);

private:
    std::vector<Pipe> spare_;
};

/// One direction of a connection.
class RelayDirection {
public:
    /// `head` must outlive it; without one, all bytes pass.
    explicit RelayDirection(http::HttpHead* head = nullptr) : head_(head) {}
    struct Step {
        std::size_t moved = 0;
        bool more = false;    ///< paused for the other connections
        bool failed = false;  ///< a side was reset: the whole connection ends
    };
    /// Moves available bytes without waiting. After the last byte of `source`, shuts down `sink` for writing, so that a
    /// half-closed connection stays half-closed, unless the caller closes it then.
    [[nodiscard]] Step pump(int source, int sink, Pipes& pipes, bool sink_is_closed_next = false);
    [[nodiscard]] bool done() const { return done_; }

private:
    [[nodiscard]] bool move_head(int source, int sink, Step& step);

    http::HttpHead* head_;
    std::string passing_;  ///< a head, and bytes that came with it
    std::optional<Pipe> pipe_;
    std::size_t inside_ = 0;
    bool source_ended_ = false;
    bool done_ = false;
};

class Relay {
public:
    /// The most connections. A browser opens six; further connections wait in the kernel's backlog.
    static constexpr std::size_t most_connections = 512;

    /// `doors` are listening sockets and become non-blocking; `port` is TensorBoard's on 127.0.0.1.
    [[nodiscard]] static Result<Relay> open(std::vector<Fd> doors, std::uint16_t port, std::size_t most = most_connections);

    /// From now on requests for charts go to this socket, where it listens: boardgate-data answers them.
    void send_charts_to(std::string socket, std::string prefix);

    /// Readable if advance() has something to do.
    [[nodiscard]] int fd() const { return epoll_.get(); }
    /// Call advance() after this long even if nothing is readable.
    [[nodiscard]] std::chrono::milliseconds patience() const;
    /// Accepts connections and moves bytes without waiting. True if there was a new connection or traffic.
    bool advance();
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    /// While the doors are shut, new connections wait in the kernel's backlog; others continue.
    void shut_doors(bool shut);
    /// The connections of this moment end by then, whatever they carry.
    void end_by(BootTime deadline);
    void drop_ended(BootTime now);
    /// When drop_ended() has something to do.
    [[nodiscard]] std::optional<BootTime> next_end() const;

private:
    struct Connection {
        Connection(Fd from, Fd to) : visitor(std::move(from)), tensorboard(std::move(to)) {}
        Fd visitor;
        Fd tensorboard;
        http::RequestHead request{};
        http::AnswerHead answer{request};
        RelayDirection inward{&request};
        RelayDirection outward{&answer};
        bool more = false;
        bool over = false;
        std::optional<BootTime> until{};
    };
    Relay(Fd epoll, std::vector<Fd> doors, std::uint16_t port, std::size_t most)
        : epoll_(std::move(epoll)), doors_(std::move(doors)), port_(port), most_(most) {}

    bool accept_waiting();
    bool accept_at(const Fd& door);
    [[nodiscard]] bool begin(Fd visitor);
    [[nodiscard]] Fd connect_to_tensorboard() const;
    [[nodiscard]] Fd connect_to_charts() const;
    [[nodiscard]] bool choose(Connection& connection);
    [[nodiscard]] bool watch(const Fd& socket, Connection& connection) const;
    bool move(Connection& connection);
    void watch_doors(bool watch);

    Fd epoll_;
    std::vector<Fd> doors_;
    std::uint16_t port_;
    std::size_t most_;
    std::string charts_;  ///< empty: TensorBoard answers all
    std::string prefix_;
    Pipes pipes_;
    std::list<Connection> connections_;
    bool watching_doors_ = false;
    bool shut_ = false;
};

}  // namespace boardgate::board
