// SPDX-License-Identifier: MIT
// All open event streams (text/event-stream, HTML standard section 9.2) in one thread: state changes of a
// person's boards, and logs or runs as they come. A reader that does not keep up is dropped, and comes back by itself.
// Nobody can hold more here than these limits, nor for longer than somebody reads.
#pragma once

#include <poll.h>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/web/request.h"
#include "src/boardgated/web/response.h"
#include "src/wire/frame.h"

namespace boardgate::boardgated {

class EventStreams {
public:
    /// Together with logs well below LimitNOFILE=: libfcgi waits with select(2), which ends at 1024 descriptors.
    static constexpr std::size_t most_streams = 400;
    static constexpr std::size_t most_streams_of_user = 40;
    /// A reader takes something within this time, where there is something.
    static constexpr std::chrono::seconds patience_with_reader{30};

    EventStreams(const Registry& registry, const Sessions& sessions, const Clock& clock);
    ~EventStreams();

    /// What a reader hears of a message; with the last one the stream ends.
    struct Said {
        std::string text;
        bool last;
    };
    /// Null when the source hung up, or said nothing for too long.
    using Translate = std::function<Said(const wire::Datagram*)>;

    /// Each writes the head of the answer and then belongs to the event_streams; a problem when there is no room.
    [[nodiscard]] ApiResult<void> open_events(std::unique_ptr<Request>& request, const Session& session);
    /// What `source` delivers, as `translate` puts it. Called by the hub's thread.
    struct Feed {
        Fd source;
        Translate translate;
        std::chrono::seconds patience = std::chrono::seconds::max();  ///< how long the source may be silent
    };
    [[nodiscard]] ApiResult<void> open_feed(std::unique_ptr<Request>& request, const Session& session, Feed feed);

    /// A listener of the registry.
    void board_changed(const Board& board, bool gone);

private:
    struct Stream {
        std::unique_ptr<Request> request;
        Session session;
        Feed feed{};  // its source is there for as long as it goes on; without translate: the events
        std::string unsent{};
        std::size_t most_unsent = 0;
        BootTime heard{};   // the source, or it was not listened to
        BootTime moved{};   // the reader took something, or there was nothing for it
        bool fresh = true;  // an event stream that has not got the boards as they are
        bool over = false;
    };
    struct Change {
        std::uint32_t uid;
        std::string text;
    };

    [[nodiscard]] ApiResult<void> open(std::unique_ptr<Request>& request, const Session& session, Feed feed);
    void serve(const std::stop_token& stop);
    void take_in();
    void say(Stream& stream, std::string_view text) const;
    void begin(Stream& stream) const;
    void read_source(Stream& stream) const;
    void hear(Stream& stream, const wire::Datagram* datagram) const;
    void send(Stream& stream) const;
    void beat();
    /// Is its source asked for more? Not before its reader has taken most of what there is.
    [[nodiscard]] static bool listens(const Stream& stream);
    // When a stream has waited long enough.
    [[nodiscard]] static BootTime source_due(const Stream& stream);
    [[nodiscard]] static BootTime reader_due(const Stream& stream);
    [[nodiscard]] std::vector<pollfd> news(BootTime next_beat) const;
    void serve_one(Stream& stream, short reader, short source) const;
    void drop_what_is_over();

    const Registry& registry_;
    const Sessions& sessions_;
    const Clock& clock_;
    Fd wake_;
    std::mutex mutex_;
    std::list<Stream> arrived_;  // guarded by mutex_, like the next ones
    std::deque<Change> changes_;
    std::unordered_map<std::uint32_t, std::size_t> open_of_user_;
    std::size_t open_ = 0;
    std::list<Stream> streams_;  // the hub thread's own
    std::jthread thread_;
};

/// An event in the form of text/event-stream; `data` is one line.
[[nodiscard]] std::string event_text(const char* name, const std::string& data, const std::string& id = {});

}  // namespace boardgate::boardgated
