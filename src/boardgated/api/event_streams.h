// SPDX-License-Identifier: MIT
// All open event streams (text/event-stream, HTML standard section 9.2), served by one thread: state changes of a
// person's boards, log lines and runs. A reader that does not keep up is dropped; browsers reconnect by themselves.
// The limits below bound the streams of a person, and a stream ends when its reader takes no bytes.
#pragma once

#include <poll.h>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/base/lock_guarded.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/web/request.h"
#include "src/boardgated/web/response.h"
#include "src/wire/frame.h"

namespace boardgate::boardgated {

class EventStreams {
public:
    /// Two descriptors each: well below LimitNOFILE= and the 1024 descriptors of select(2), with which libfcgi waits.
    static constexpr std::size_t most_streams = 400;
    static constexpr std::size_t most_streams_of_user = 40;
    /// Of logs and runs: a process of ours reads for each.
    static constexpr std::size_t most_feeds_of_user = 12;
    /// A reader that takes no unsent byte for this long is dropped.
    static constexpr std::chrono::seconds patience_with_reader{30};

    EventStreams(const Registry& registry, const Sessions& sessions, const Clock& clock);
    ~EventStreams();

    struct Message {
        std::string text;  ///< in the form of text/event-stream; may be empty
        bool last;         ///< the stream ends after it
    };
    /// Called by the streams' thread; with null when the source hung up, or was silent for too long.
    using Translate = std::function<Message(const wire::Datagram*)>;
    struct Feed {
        Fd source;  ///< a wire connection
        Translate translate;
        std::chrono::seconds patience = std::chrono::seconds::max();  ///< how long the source may be silent
    };

    /// One stream of a person, counted while it lives.
    class Place {
    public:
        Place(Place&& other) noexcept : streams_(std::exchange(other.streams_, nullptr)), uid_(other.uid_), feed_(other.feed_) {}
        Place& operator=(Place&&) = delete;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place();

    private:
        friend class EventStreams;
        Place(EventStreams& streams, std::uint32_t uid, bool feed) : streams_(&streams), uid_(uid), feed_(feed) {}
        EventStreams* streams_;
        std::uint32_t uid_;
        bool feed_;
    };
    /// A place for a feed, or a problem when the person has enough: ask before anything is begun for the feed.
    [[nodiscard]] ApiResult<Place> place_for_feed(std::uint32_t uid) { return take_place(uid, true); }

    /// Streams the state changes of a person's boards. Takes the request; a problem, and no change, when the limits are
    /// reached.
    [[nodiscard]] ApiResult<void> open_events(std::unique_ptr<Request>& request, const Session& session);
    /// Streams what `feed.source` delivers.
    void open_feed(std::unique_ptr<Request> request, const Session& session, Place place, Feed feed);

    /// Has this person a page open that follows boards, a log or runs?
    [[nodiscard]] bool has_page_open(std::uint32_t uid) const;
    /// Sends an event (event_text()) to the person's streams of state changes, or to everybody's.
    void tell(std::uint32_t uid, const std::string& event);
    void tell_all(const std::string& event);
    /// A listener of the registry.
    void board_changed(const Board& board, bool gone);

private:
    struct Stream {
        std::unique_ptr<Request> request;
        Session session;
        Place place;
        Feed feed{};  // closed source: nothing more comes; no translate: an event stream
        std::string unsent{};
        std::size_t most_unsent = 0;
        BootTime source_active{};  // when the source last delivered, or was last paused
        BootTime reader_active{};  // when the reader last took bytes, or had none to take
        bool needs_boards = true;  // a stream of state changes begins with all boards
        bool finished = false;
    };
    struct Change {
        std::uint32_t uid;
        std::string text;
    };
    /// What other threads hand to the streams' thread.
    struct Inbox {
        std::list<Stream> arrived{};
        std::deque<Change> changes{};
    };
    struct Counts {
        struct OfUser {
            std::size_t streams = 0;
            std::size_t feeds = 0;
        };
        std::unordered_map<std::uint32_t, OfUser> of_user{};
        std::size_t open = 0;
    };

    [[nodiscard]] ApiResult<Place> take_place(std::uint32_t uid, bool feed);
    void open_stream(std::unique_ptr<Request> request, const Session& session, Place place, Feed feed);
    void serve(const std::stop_token& stop);
    void empty_inbox();
    void append(Stream& stream, std::string_view text) const;
    void append_boards(Stream& stream) const;
    void read_source(Stream& stream) const;
    void translate(Stream& stream, const wire::Datagram* datagram) const;
    void send(Stream& stream) const;
    void send_keepalives();
    /// Is the source read now? Only while little is unsent.
    [[nodiscard]] static bool reads_source(const Stream& stream);
    // The deadlines of a stream's source and reader.
    [[nodiscard]] static BootTime source_due(const Stream& stream);
    [[nodiscard]] static BootTime reader_due(const Stream& stream);
    [[nodiscard]] std::vector<pollfd> wait_for_events(BootTime next_keepalive) const;
    void serve_one(Stream& stream, short reader, short source) const;
    void drop_finished();

    const Registry& registry_;
    const Sessions& sessions_;
    const Clock& clock_;
    Fd wake_;
    LockGuarded<Counts> counts_;  // before the streams, which count there
    LockGuarded<Inbox> inbox_;
    std::list<Stream> streams_;  // used by thread_ only
    std::jthread thread_;
};

/// An event in the form of text/event-stream; `data` is one line.
[[nodiscard]] std::string event_text(const char* name, const std::string& data, const std::string& id = {});

}  // namespace boardgate::boardgated
