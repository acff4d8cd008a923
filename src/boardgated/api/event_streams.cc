// SPDX-License-Identifier: MIT
#include "src/boardgated/api/event_streams.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <stdexcept>

#include "src/base/log.h"
#include "src/boardgated/api/board_json.h"

namespace boardgate::boardgated {

namespace {

/// Proxies and browsers take a silent connection for dead after a minute or so.
constexpr std::chrono::seconds between_beats{20};
/// What a reader may lag behind. A log is not read faster than it is sent; events cannot wait.
constexpr std::size_t log_lag = 64 * 1024;
constexpr std::size_t event_lag = 1024 * 1024;
/// A socket that reports POLLOUT has room for at least this (unix(7): three quarters of 208 KiB), so that a
/// blocking write of it does not block.
constexpr std::size_t write_at_once = 16 * 1024;

}  // namespace

std::string event_text(const char* name, const std::string& data, const std::string& id) {
    return (id.empty() ? std::string() : "id: " + id + "\n") + "event: " + name + "\ndata: " + data + "\n\n";
}

EventStreams::EventStreams(const Registry& registry, const Sessions& sessions, const Clock& clock)
    : registry_(registry), sessions_(sessions), clock_(clock), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) throw std::runtime_error("cannot make an event descriptor");
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

EventStreams::~EventStreams() {
    thread_.request_stop();
    eventfd_write(wake_.get(), 1);
}

ApiResult<void> EventStreams::open_events(std::unique_ptr<Request>& request, const Session& session) { return open(request, session, {}); }

ApiResult<void> EventStreams::open_feed(std::unique_ptr<Request>& request, const Session& session, Feed feed) {
    return open(request, session, std::move(feed));
}

ApiResult<void> EventStreams::open(std::unique_ptr<Request>& request, const Session& session, Feed feed) {
    {
        const std::lock_guard lock(mutex_);
        if (open_ >= most_streams || open_of_user_[session.uid] >= most_streams_of_user) {
            return tl::make_unexpected(Problem{Code::busy, "too many of your pages are open; close some", {}, 10});
        }
        ++open_;
        ++open_of_user_[session.uid];
        Stream stream{std::move(request), session, std::move(feed)};
        // The comment takes the head along at once: nginx keeps it back until there is something of a body.
        stream.unsent = "Status: 200\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n\r\n:\n\n";
        stream.most_unsent = stream.unsent.size() + event_lag;
        stream.heard = stream.moved = clock_.boot();
        arrived_.push_back(std::move(stream));
    }
    eventfd_write(wake_.get(), 1);
    return {};
}

void EventStreams::board_changed(const Board& board, bool gone) {
    Json::Value id(Json::objectValue);
    id["id"] = board.id.str();
    const std::lock_guard lock(mutex_);
    if (open_ == 0) return;
    changes_.push_back({board.uid, gone ? event_text("removed", to_text(id)) : event_text("board", to_text(board_event_json(board)))});
    eventfd_write(wake_.get(), 1);
}

void EventStreams::take_in() {
    std::deque<Change> changes;
    {
        const std::lock_guard lock(mutex_);
        streams_.splice(streams_.end(), arrived_);
        changes.swap(changes_);
    }
    for (Stream& stream : streams_) {
        if (stream.feed.translate) continue;
        if (stream.fresh) {
            begin(stream);  // with what the changes say, too
            continue;
        }
        for (const Change& change : changes) {
            if (change.uid == stream.session.uid) say(stream, change.text);
        }
    }
}

void EventStreams::say(Stream& stream, std::string_view text) const {
    if (stream.unsent.empty()) stream.moved = clock_.boot();
    stream.unsent += text;
    if (stream.unsent.size() > stream.most_unsent) stream.over = true;
}

void EventStreams::begin(Stream& stream) const {
    stream.fresh = false;
    for (const Board& board : registry_.boards_of(stream.session.uid))
        stream.unsent += event_text("board", to_text(board_event_json(board)));
    stream.unsent += event_text("synced", "{}");
    stream.most_unsent = stream.unsent.size() + event_lag;  // nobody lags behind before the beginning
}

void EventStreams::read_source(Stream& stream) const {
    while (stream.feed.source && stream.unsent.size() < log_lag) {
        pollfd there{stream.feed.source.get(), POLLIN, 0};
        if (poll(&there, 1, 0) <= 0) return;
        const auto datagram = wire::receive(stream.feed.source.get(), std::chrono::milliseconds(0));
        hear(stream, datagram && *datagram ? &**datagram : nullptr);
    }
}

void EventStreams::hear(Stream& stream, const wire::Datagram* datagram) const {
    stream.heard = clock_.boot();
    const Said said = stream.feed.translate(datagram);
    say(stream, said.text);
    if (said.last) stream.feed.source.reset();
}

void EventStreams::send(Stream& stream) const {
    // Somebody who logged out hears nothing more, although the page is still open.
    if (!sessions_.find(stream.session.token)) {
        stream.over = true;
        return;
    }
    const std::size_t now = std::min(stream.unsent.size(), write_at_once);
    stream.request->write(std::string_view(stream.unsent).substr(0, now));
    stream.unsent.erase(0, now);
    stream.moved = clock_.boot();
    if (!stream.request->flush()) stream.over = true;
}

void EventStreams::beat() {
    for (Stream& stream : streams_) {
        if (stream.unsent.empty()) say(stream, ":\n\n");
    }
}

bool EventStreams::listens(const Stream& stream) { return stream.feed.source && stream.unsent.size() < log_lag; }

BootTime EventStreams::source_due(const Stream& stream) {
    const bool endless = stream.feed.patience == std::chrono::seconds::max();
    return !listens(stream) || endless ? BootTime::max() : stream.heard + stream.feed.patience;
}

BootTime EventStreams::reader_due(const Stream& stream) {
    return stream.unsent.empty() ? BootTime::max() : stream.moved + patience_with_reader;
}

void EventStreams::serve_one(Stream& stream, short reader, short source) const {
    try {
        const BootTime now = clock_.boot();
        if ((reader & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0 || now >= reader_due(stream)) stream.over = true;
        if (stream.over) return;
        if (!listens(stream)) stream.heard = now;
        if (source != 0) {
            read_source(stream);
        } else if (now >= source_due(stream)) {
            hear(stream, nullptr);
            stream.feed.source.reset();
        }
        if ((reader & POLLOUT) != 0) send(stream);
        // The last word of a feed was said and sent.
        if (stream.feed.translate && !stream.feed.source && stream.unsent.empty()) stream.over = true;
    } catch (const std::exception& exception) {
        log_event(Event::request_fault, std::string("a stream ends: ") + exception.what());
        stream.over = true;
    }
}

/// Until something happens, or is to happen; the poll's answer: our own wake, and then reader and source of each stream,
/// in the order of the list.
std::vector<pollfd> EventStreams::news(BootTime next_beat) const {
    std::vector<pollfd> waiting{{wake_.get(), POLLIN, 0}};
    BootTime next = next_beat;
    for (const Stream& stream : streams_) {
        const auto to_reader = static_cast<short>(stream.unsent.empty() ? POLLRDHUP : POLLRDHUP | POLLOUT);
        waiting.push_back({stream.request->connection(), to_reader, 0});
        waiting.push_back({listens(stream) ? stream.feed.source.get() : -1, POLLIN, 0});
        next = std::min({next, reader_due(stream), source_due(stream)});
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - clock_.boot()).count() + 1;
    poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    eventfd_t ignored = 0;
    eventfd_read(wake_.get(), &ignored);
    return waiting;
}

void EventStreams::drop_what_is_over() {
    for (auto stream = streams_.begin(); stream != streams_.end();) {
        if (!stream->over) {
            ++stream;
            continue;
        }
        // To say goodbye to a reader who does not read would take as long as he likes.
        if (!stream->unsent.empty()) stream->request->hang_up();
        {
            const std::lock_guard lock(mutex_);
            --open_;
            if (--open_of_user_[stream->session.uid] == 0) open_of_user_.erase(stream->session.uid);
        }
        stream = streams_.erase(stream);
    }
}

void EventStreams::serve(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "streams");
    BootTime next_beat = clock_.boot() + between_beats;
    while (!stop.stop_requested()) {
        take_in();
        if (clock_.boot() >= next_beat) {
            beat();
            next_beat = clock_.boot() + between_beats;
        }
        const std::vector<pollfd> happened = news(next_beat);
        std::size_t at = 1;
        for (Stream& stream : streams_) {
            serve_one(stream, happened[at].revents, happened[at + 1].revents);
            at += 2;
        }
        drop_what_is_over();
    }
}

}  // namespace boardgate::boardgated
