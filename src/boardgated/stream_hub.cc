// SPDX-License-Identifier: MIT
#include "src/boardgated/stream_hub.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <stdexcept>

#include "src/boardgated/board_json.h"

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

StreamHub::StreamHub(const Registry& registry, const Sessions& sessions, const Clock& clock)
    : registry_(registry), sessions_(sessions), clock_(clock), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) throw std::runtime_error("cannot make an event descriptor");
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

StreamHub::~StreamHub() {
    thread_.request_stop();
    eventfd_write(wake_.get(), 1);
}

Answer<void> StreamHub::open_events(std::unique_ptr<Request>& request, const Session& session) { return open(request, session, Fd(), {}); }

Answer<void> StreamHub::open_feed(std::unique_ptr<Request>& request, const Session& session, Fd source, Translate translate) {
    return open(request, session, std::move(source), std::move(translate));
}

Answer<void> StreamHub::open(std::unique_ptr<Request>& request, const Session& session, Fd source, Translate translate) {
    {
        const std::lock_guard lock(mutex_);
        if (open_ >= most_streams || open_of_user_[session.uid] >= most_streams_of_user) {
            return tl::make_unexpected(Problem{Code::busy, "too many pages are open; close some", {}, 10});
        }
        ++open_;
        ++open_of_user_[session.uid];
        Stream stream;
        stream.session = session;
        stream.source = std::move(source);
        stream.translate = std::move(translate);
        // The comment takes the head along at once: nginx keeps it back until there is something of a body.
        stream.unsent = "Status: 200\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n:\n\n";
        stream.request = std::move(request);
        arrived_.push_back(std::move(stream));
    }
    eventfd_write(wake_.get(), 1);
    return {};
}

void StreamHub::board_changed(const Board& board, bool gone) {
    Json::Value id(Json::objectValue);
    id["id"] = board.id.str();
    const std::lock_guard lock(mutex_);
    if (open_ == 0) return;
    changes_.push_back({board.uid, gone ? event_text("removed", to_text(id)) : event_text("board", to_text(board_json(board)))});
    eventfd_write(wake_.get(), 1);
}

void StreamHub::take_in() {
    std::deque<Change> changes;
    {
        const std::lock_guard lock(mutex_);
        streams_.splice(streams_.end(), arrived_);
        changes.swap(changes_);
    }
    for (Stream& stream : streams_) {
        if (stream.translate) continue;
        if (stream.fresh) {
            begin(stream);  // with what the changes say, too
            continue;
        }
        for (const Change& change : changes) {
            if (change.uid == stream.session.uid) stream.unsent += change.text;
        }
    }
}

void StreamHub::begin(Stream& stream) const {
    stream.fresh = false;
    for (const Board& board : registry_.of(stream.session.uid)) stream.unsent += event_text("board", to_text(board_json(board)));
    stream.unsent += event_text("synced", "{}");
}

void StreamHub::read_source(Stream& stream) const {
    while (stream.source && stream.unsent.size() < log_lag) {
        pollfd there{stream.source.get(), POLLIN, 0};
        if (poll(&there, 1, 0) <= 0) return;
        const auto datagram = wire::receive(stream.source.get(), std::chrono::milliseconds(0));
        const Said said = stream.translate(datagram && *datagram ? &**datagram : nullptr);
        stream.unsent += said.text;
        if (said.last) stream.source.reset();
    }
}

void StreamHub::send(Stream& stream) const {
    const std::size_t now = std::min(stream.unsent.size(), write_at_once);
    stream.request->write(std::string_view(stream.unsent).substr(0, now));
    stream.unsent.erase(0, now);
    if (!stream.request->flush()) stream.over = true;
}

void StreamHub::beat() {
    for (Stream& stream : streams_) {
        if (stream.unsent.empty()) stream.unsent = ":\n\n";
    }
}

void StreamHub::serve(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "streams");
    BootTime next_beat = clock_.boot() + between_beats;
    std::vector<pollfd> waiting;
    while (!stop.stop_requested()) {
        take_in();
        if (clock_.boot() >= next_beat) {
            beat();
            next_beat = clock_.boot() + between_beats;
        }
        // Two descriptors for each stream, in the order of the list.
        waiting.assign(1, {wake_.get(), POLLIN, 0});
        for (Stream& stream : streams_) {
            const auto to_reader = static_cast<short>(stream.unsent.empty() ? POLLRDHUP : POLLRDHUP | POLLOUT);
            waiting.push_back({stream.request->connection(), to_reader, 0});
            waiting.push_back({stream.unsent.size() < log_lag ? stream.source.get() : -1, POLLIN, 0});
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next_beat - clock_.boot()).count() + 1;
        poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
        eventfd_t ignored = 0;
        eventfd_read(wake_.get(), &ignored);

        std::size_t at = 1;
        for (auto stream = streams_.begin(); stream != streams_.end(); at += 2) {
            const short reader = waiting[at].revents;
            if ((reader & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0) stream->over = true;
            if (!stream->over && waiting[at + 1].revents != 0) read_source(*stream);
            if (!stream->over && (reader & POLLOUT) != 0) {
                // Somebody who logged out hears nothing more, although the page is still open.
                if (sessions_.find(stream->session.token)) {
                    send(*stream);
                } else {
                    stream->over = true;
                }
            }
            if (stream->unsent.size() > event_lag) stream->over = true;
            // The last word of a feed was said and sent.
            if (stream->translate && !stream->source && stream->unsent.empty()) stream->over = true;
            if (!stream->over) {
                ++stream;
                continue;
            }
            const std::lock_guard lock(mutex_);
            --open_;
            if (--open_of_user_[stream->session.uid] == 0) open_of_user_.erase(stream->session.uid);
            stream = streams_.erase(stream);
        }
    }
}

}  // namespace boardgate::boardgated
