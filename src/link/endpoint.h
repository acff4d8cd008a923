// SPDX-License-Identifier: MIT
// One end of a link, without its socket: bytes of the peer come in, events and bytes for the peer go out. A stream carries one
// visitor's connection; each direction of a stream has a window of bytes that may be on their way. Everything that the peer
// sends is checked, and what is kept of it is bounded: most_streams windows and a part of a frame.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "src/base/clock.h"
#include "src/link/frame.h"

namespace boardgate::link {

inline constexpr std::size_t window = 256 * 1024;
inline constexpr std::size_t most_streams = 256;
/// A relay stops reading local sockets when so many bytes wait for the peer.
inline constexpr std::size_t enough_queued = 512 * 1024;
inline constexpr std::chrono::seconds between_pings{5};
inline constexpr std::chrono::seconds longest_silence{15};

struct Hello {
    std::uint16_t version = protocol;
    std::string job{};
    std::string node{};
};

/// How a board ended.
struct End {
    enum class Cause : std::uint8_t {
        own,         ///< by itself
        terminated,  ///< Slurm terminated the job
        time_limit,  ///< the job's time limit comes
        stopped,     ///< the head asked for it
        unfit,       ///< this node cannot run boards
        last = unfit
    };
    Cause cause = Cause::own;
    std::uint8_t status = 0;
    std::string text{};
};

class Endpoint {
public:
    /// What the peer did.
    struct Events {
        virtual ~Events() = default;
        virtual void on_hello(const Hello&) {}
        virtual void on_status(std::string_view) {}
        virtual void on_log(std::string_view) {}
        virtual void on_end(const End&) {}
        virtual void on_stop() {}
        virtual void on_options(std::string_view) {}
        virtual void on_open(std::uint32_t /*stream*/) {}
        virtual void on_data(std::uint32_t /*stream*/, std::string_view) {}
        virtual void on_fin(std::uint32_t /*stream*/) {}
        virtual void on_reset(std::uint32_t /*stream*/) {}
        virtual void on_credit(std::uint32_t /*stream*/) {}
    };

    Endpoint(Side side, BootTime now) : side_(side), reader_(side == Side::head ? Side::node : Side::head), heard_(now), pinged_(now) {}

    /// After an error the link has ended.
    [[nodiscard]] Result<void> take(std::string_view bytes, BootTime now, Events& events);
    /// Sends a PING when it is time; an error after longest_silence of the peer, or when the peer takes nothing.
    [[nodiscard]] Result<void> tick(BootTime now);
    [[nodiscard]] BootTime next_tick() const { return std::min(pinged_ + between_pings, heard_ + longest_silence); }

    /// The node's first frame.
    void send_hello(const Hello& hello);
    void send_end(const End& end);
    /// A frame without a stream: status, log, stop, options. What is longer than its row allows is cut.
    void send(FrameType type, std::string_view body = {});

    /// The head's; 0 when there are most_streams, or no number is left.
    [[nodiscard]] std::uint32_t open_stream();
    /// How many bytes may be sent now; 0 also for a stream that is over.
    [[nodiscard]] std::size_t room(std::uint32_t stream) const;
    [[nodiscard]] bool is_open(std::uint32_t stream) const { return streams_.contains(stream); }
    [[nodiscard]] std::size_t streams() const { return streams_.size(); }
    /// Not more than room().
    void send_data(std::uint32_t stream, std::string_view bytes);
    void finish(std::uint32_t stream);
    void reset(std::uint32_t stream);
    /// So many received bytes have gone on.
    void consumed(std::uint32_t stream, std::size_t bytes);

    /// Bytes for the peer.
    [[nodiscard]] std::string_view output() const { return std::string_view(out_).substr(sent_); }
    void sent(std::size_t bytes);
    [[nodiscard]] bool takes_more() const { return output().size() < enough_queued; }

private:
    struct Stream {
        std::size_t may_send = window;
        std::size_t may_come = window;
        std::size_t uncredited = 0;
        bool sent_fin = false;
        bool got_fin = false;
    };
    using Streams = std::map<std::uint32_t, Stream>;
    [[nodiscard]] Result<void> take_frame(const Frame& frame, BootTime now, Events& events);
    [[nodiscard]] Result<void> take_of_stream(const Frame& frame, Events& events);
    [[nodiscard]] Result<void> take_open(const Frame& frame, Events& events);
    void drop_if_over(Streams::iterator stream);

    Side side_;
    FrameReader reader_;
    bool greeted_ = false;  ///< HELLO has come
    BootTime heard_;
    BootTime pinged_;
    std::uint32_t last_stream_ = 0;
    Streams streams_;
    std::string out_;
    std::size_t sent_ = 0;
};

}  // namespace boardgate::link
