// SPDX-License-Identifier: MIT
// Moves bytes between the streams of a link and local sockets: visitors at the door on the head, connections to the board's door
// on the node. A filter may look at a request and change an answer.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/link/endpoint.h"

namespace boardgate::link {

/// What becomes of the bytes of one stream. The default passes all.
class StreamFilter {
public:
    virtual ~StreamFilter() = default;
    /// Sees the bytes for the link, which pass unchanged; false ends the stream.
    [[nodiscard]] virtual bool to_link(std::string_view /*bytes*/) { return true; }
    /// Appends to `out` what passes; false ends the stream.
    [[nodiscard]] virtual bool to_local(std::string_view bytes, std::string& out) {
        out += bytes;
        return true;
    }
    /// May the bytes from the link end here? False ends the stream as broken.
    [[nodiscard]] virtual bool may_end() { return true; }
};

class StreamRelay {
public:
    [[nodiscard]] static Result<StreamRelay> open();

    /// Readable if advance() has something to do.
    [[nodiscard]] int fd() const { return epoll_.get(); }
    /// The local socket of an open stream; it becomes non-blocking. If it cannot be used, the stream is reset.
    void add(Endpoint& link, std::uint32_t stream, Fd local, std::unique_ptr<StreamFilter> filter);
    /// Moves bytes of local sockets without waiting. True if there was traffic.
    bool advance(Endpoint& link);
    /// The link takes more again, or a stream has room again.
    void resume(Endpoint& link);

    // From the events of the endpoint.
    void take_data(Endpoint& link, std::uint32_t id, std::string_view bytes);
    void take_fin(Endpoint& link, std::uint32_t id);
    void take_reset(std::uint32_t id);
    void take_credit(Endpoint& link, std::uint32_t id);

    /// The link has gone: every local socket is reset.
    void reset_all();
    /// The connections of this moment end by then.
    void end_by(BootTime deadline);
    void drop_ended(Endpoint& link, BootTime now);
    [[nodiscard]] std::optional<BootTime> next_end() const;
    [[nodiscard]] std::size_t streams() const { return streams_.size(); }

private:
    struct Stream {
        Fd local{};
        std::unique_ptr<StreamFilter> filter{};
        std::string to_local{};      ///< waits for the local socket
        std::size_t uncredited = 0;  ///< bytes of the link that have not gone on
        bool local_ended = false;    ///< and the link knows
        bool link_ended = false;     ///< no more bytes for the local socket
        bool shut = false;           ///< and the local socket knows
        unsigned watched = 0;        ///< events of epoll(7)
        std::optional<BootTime> until{};
    };
    using Streams = std::map<std::uint32_t, Stream>;
    explicit StreamRelay(Fd epoll) : epoll_(std::move(epoll)) {}
    /// False when the stream is over, and gone.
    bool move(Endpoint& link, Streams::iterator at);
    [[nodiscard]] bool read_local(Endpoint& link, std::uint32_t id, Stream& stream);
    [[nodiscard]] bool write_local(Endpoint& link, std::uint32_t id, Stream& stream);
    void watch(Endpoint& link, std::uint32_t id, Stream& stream);
    void drop(Streams::iterator stream, bool broken);

    Fd epoll_;
    Streams streams_;
    bool moved_ = false;
};

}  // namespace boardgate::link
