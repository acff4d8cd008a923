// SPDX-License-Identifier: MIT
// All open event streams (text/event-stream, HTML standard section 9.2) in one thread: state changes of a
// person's boards, and logs or runs as they come. A reader that does not keep up is dropped, and comes back by itself.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/boardgated/registry.h"
#include "src/boardgated/request.h"
#include "src/boardgated/response.h"
#include "src/boardgated/sessions.h"
#include "src/wire/frame.h"

namespace boardgate::boardgated {

class StreamHub {
public:
    /// Together with logs well below LimitNOFILE=: libfcgi waits with select(2), which ends at 1024 descriptors.
    static constexpr std::size_t most_streams = 400;
    static constexpr std::size_t most_streams_of_user = 40;

    StreamHub(const Registry& registry, const Sessions& sessions, const Clock& clock);
    ~StreamHub();

    /// What a reader hears of a message; with the last one the stream ends.
    struct Said {
        std::string text;
        bool last;
    };
    /// Null when the source hung up.
    using Translate = std::function<Said(const wire::Datagram*)>;

    /// Each writes the head of the answer and then belongs to the hub; a problem when there is no room.
    [[nodiscard]] Answer<void> open_events(std::unique_ptr<Request>& request, const Session& session);
    /// What `source` delivers, as `translate` puts it. Called by the hub's thread.
    [[nodiscard]] Answer<void> open_feed(std::unique_ptr<Request>& request, const Session& session, Fd source, Translate translate);

    /// A listener of the registry.
    void board_changed(const Board& board, bool gone);

private:
    struct Stream {
        std::unique_ptr<Request> request;
        Session session;
        Translate translate;  // of a feed; none for events
        Fd source;            // of a feed that goes on
        std::string unsent;
        bool fresh = true;  // an event stream that has not got the boards as they are
        bool over = false;
    };
    struct Change {
        std::uint32_t uid;
        std::string text;
    };

    [[nodiscard]] Answer<void> open(std::unique_ptr<Request>& request, const Session& session, Fd source, Translate translate);
    void serve(const std::stop_token& stop);
    void take_in();
    void begin(Stream& stream) const;
    void read_source(Stream& stream) const;
    void send(Stream& stream) const;
    void beat();

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
