// SPDX-License-Identifier: MIT
// Joins the door and TensorBoard: each connection of the door gets one to 127.0.0.1:6006, and the kernel
// moves the bytes between them (splice(2)), without copies through our memory. SIGPIPE must be ignored:
// splice(2) knows no MSG_NOSIGNAL.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate::board {

struct Pipe {
    Fd out;
    Fd in;
};

/// Empty pipes. A direction needs one only while bytes are under way, so that hundreds of open connections do
/// not use up the pipe buffers that the kernel grants to a user (pipe(7), pipe-user-pages-soft).
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
    struct Step {
        std::size_t moved = 0;
        bool more = false;    ///< stopped to let others have a turn
        bool failed = false;  ///< one side broke off: the whole connection is over
    };
    /// Moves what there is, without waiting. After the end of `source` and its last byte, `sink` is shut for
    /// writing, so that a half-closed connection stays one.
    [[nodiscard]] Step pump(int source, int sink, Pipes& pipes);
    [[nodiscard]] bool done() const { return done_; }

private:
    std::optional<Pipe> pipe_;
    std::size_t inside_ = 0;
    bool source_ended_ = false;
    bool done_ = false;
};

class Relay {
public:
    /// A browser opens six connections at a time; this is for many at once. What comes beyond waits in the
    /// kernel's backlog.
    static constexpr std::size_t most_connections = 512;

    /// `doors` listen and are made non-blocking; `port` is TensorBoard's on 127.0.0.1.
    [[nodiscard]] static Result<Relay> open(std::vector<Fd> doors, std::uint16_t port, std::size_t most = most_connections);

    /// Readable when advance() has something to do.
    [[nodiscard]] int fd() const { return epoll_.get(); }
    /// After this long a turn is due although nothing is readable.
    [[nodiscard]] std::chrono::milliseconds patience() const;
    /// Accepts and moves, without waiting. True when there was a new connection or a byte moved.
    bool advance();
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    /// While the doors are shut, who comes waits in the kernel's backlog; connections that there are go on.
    void shut_doors(bool shut);

private:
    struct Connection {
        Fd visitor;
        Fd tensorboard;
        RelayDirection inward;
        RelayDirection outward;
        bool more = false;
        bool over = false;
    };
    Relay(Fd epoll, std::vector<Fd> doors, std::uint16_t port, std::size_t most)
        : epoll_(std::move(epoll)), doors_(std::move(doors)), port_(port), most_(most) {}

    bool accept_waiting();
    bool accept_at(const Fd& door);
    [[nodiscard]] bool begin(Fd visitor);
    bool move(Connection& connection);
    void watch_doors(bool watch);

    Fd epoll_;
    std::vector<Fd> doors_;
    std::uint16_t port_;
    std::size_t most_;
    Pipes pipes_;
    std::list<Connection> connections_;
    bool watching_doors_ = false;
    bool shut_ = false;
};

}  // namespace boardgate::board
