// SPDX-License-Identifier: MIT
#include "src/boardgated/api/event_streams.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <stdexcept>

#include "src/base/log.h"
#include "src/boardgated/api/board_json.h"

namespace boardgate::boardgated {

namespace {

/// Proxies and browsers give up a connection that is silent for about a minute.
constexpr std::chrono::seconds between_keepalives{20};
/// How many bytes may be unsent. A feed's source can wait for the reader; state changes cannot.
constexpr std::size_t feed_lag = 64 * 1024;
constexpr std::size_t event_lag = 1024 * 1024;
/// A socket that reports POLLOUT has room for at least this (unix(7): three quarters of 208 KiB), so that a
/// blocking write of it does not block.
constexpr std::size_t write_at_once = 16 * 1024;

}  // namespace

std::string event_text(const char* name, const std::string& data, const std::string& id) {
    return fmt::format("{}event: {}\ndata: {}\n\n", id.empty() ? "" : fmt::format("id: {}\n", id), name, data);
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

ApiResult<EventStreams::Place> EventStreams::take_place(std::uint32_t uid, bool feed) {
    const auto counts = counts_.lock();
    Counts::OfUser& own = counts->of_user[uid];
    if (counts->open >= most_streams || own.streams >= most_streams_of_user || (feed && own.feeds >= most_feeds_of_user)) {
        if (own.streams == 0) counts->of_user.erase(uid);
        return tl::make_unexpected(Problem{Code::busy, "too many of your pages are open; close some", {}, 10});
    }
    ++counts->open;
    ++own.streams;
    if (feed) ++own.feeds;
    return Place(*this, uid, feed);
}

EventStreams::Place::~Place() {
    if (streams_ == nullptr) return;
    const auto counts = streams_->counts_.lock();
    const auto own = counts->of_user.find(uid_);
    --counts->open;
    if (feed_) --own->second.feeds;
    if (--own->second.streams == 0) counts->of_user.erase(own);
}

ApiResult<void> EventStreams::open_events(std::unique_ptr<Request>& request, const Session& session) {
    auto place = take_place(session.uid, false);
    if (!place) return error_of(place);
    open_stream(std::move(request), session, *std::move(place), {});
    return {};
}

void EventStreams::open_feed(std::unique_ptr<Request> request, const Session& session, Place place, Feed feed) {
    open_stream(std::move(request), session, std::move(place), std::move(feed));
}

void EventStreams::open_stream(std::unique_ptr<Request> request, const Session& session, Place place, Feed feed) {
    Stream stream{std::move(request), session, std::move(place), std::move(feed)};
    // nginx holds the head back until some of the body comes: the comment makes it pass the head on.
    stream.unsent = "Status: 200\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n\r\n:\n\n";
    stream.most_unsent = stream.unsent.size() + event_lag;
    stream.source_active = stream.reader_active = clock_.boot();
    inbox_.lock()->arrived.push_back(std::move(stream));
    eventfd_write(wake_.get(), 1);
}

bool EventStreams::has_page_open(std::uint32_t uid) const {
    const auto counts = counts_.read();
    const auto found = counts->of_user.find(uid);
    return found != counts->of_user.end() && found->second.streams > 0;
}

void EventStreams::tell(std::uint32_t uid, const std::string& event) {
    if (!has_page_open(uid)) return;
    inbox_.lock()->changes.push_back({uid, event});
    eventfd_write(wake_.get(), 1);
}

void EventStreams::tell_all(const std::string& event) {
    std::vector<std::uint32_t> people;
    {
        const auto all = counts_.read();
        for (const auto& [uid, counts] : all->of_user) people.push_back(uid);
    }
    for (const std::uint32_t uid : people) tell(uid, event);
}

void EventStreams::board_changed(const Board& board, bool gone) {
    Json::Value id(Json::objectValue);
    id["id"] = board.id.str();
    if (counts_.read()->open == 0) return;
    inbox_.lock()->changes.push_back(
        {board.uid, gone ? event_text("removed", to_text(id)) : event_text("board", to_text(board_event_json(board)))});
    eventfd_write(wake_.get(), 1);
}

void EventStreams::empty_inbox() {
    std::deque<Change> changes;
    {
        const auto inbox = inbox_.lock();
        streams_.splice(streams_.end(), inbox->arrived);
        changes.swap(inbox->changes);
    }
    for (Stream& stream : streams_) {
        if (stream.feed.translate) continue;
        if (stream.needs_boards) {
            append_boards(stream);  // includes these changes
            continue;
        }
        for (const Change& change : changes) {
            if (change.uid == stream.session.uid) append(stream, change.text);
        }
    }
}

void EventStreams::append(Stream& stream, std::string_view text) const {
    if (stream.unsent.empty()) stream.reader_active = clock_.boot();
    stream.unsent += text;
    if (stream.unsent.size() > stream.most_unsent) stream.finished = true;
}

void EventStreams::append_boards(Stream& stream) const {
    stream.needs_boards = false;
    for (const Board& board : registry_.boards_of(stream.session.uid))
        stream.unsent += event_text("board", to_text(board_event_json(board)));
    stream.unsent += event_text("synced", "{}");
    stream.most_unsent = stream.unsent.size() + event_lag;  // not counting the first list of boards
}

void EventStreams::read_source(Stream& stream) const {
    while (stream.feed.source && stream.unsent.size() < feed_lag) {
        pollfd there{stream.feed.source.get(), POLLIN, 0};
        if (poll(&there, 1, 0) <= 0) return;
        const auto datagram = wire::receive(stream.feed.source.get(), std::chrono::milliseconds(0));
        translate(stream, datagram && *datagram ? &**datagram : nullptr);
    }
}

void EventStreams::translate(Stream& stream, const wire::Datagram* datagram) const {
    stream.source_active = clock_.boot();
    const Message message = stream.feed.translate(datagram);
    append(stream, message.text);
    if (message.last) stream.feed.source.reset();
}

void EventStreams::send(Stream& stream) const {
    // The page is still open, but its session has ended: send nothing more.
    if (!sessions_.find(stream.session.token)) {
        stream.finished = true;
        return;
    }
    const std::size_t now = std::min(stream.unsent.size(), write_at_once);
    stream.request->write(std::string_view(stream.unsent).substr(0, now));
    stream.unsent.erase(0, now);
    stream.reader_active = clock_.boot();
    if (!stream.request->flush()) stream.finished = true;
}

void EventStreams::send_keepalives() {
    for (Stream& stream : streams_) {
        if (stream.unsent.empty()) append(stream, ":\n\n");
    }
}

bool EventStreams::reads_source(const Stream& stream) { return stream.feed.source && stream.unsent.size() < feed_lag; }

BootTime EventStreams::source_due(const Stream& stream) {
    const bool endless = stream.feed.patience == std::chrono::seconds::max();
    return !reads_source(stream) || endless ? BootTime::max() : stream.source_active + stream.feed.patience;
}

BootTime EventStreams::reader_due(const Stream& stream) {
    return stream.unsent.empty() ? BootTime::max() : stream.reader_active + patience_with_reader;
}

void EventStreams::serve_one(Stream& stream, short reader, short source) const {
    try {
        const BootTime now = clock_.boot();
        if ((reader & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0 || now >= reader_due(stream)) stream.finished = true;
        if (stream.finished) return;
        if (!reads_source(stream)) stream.source_active = now;
        if (source != 0) {
            read_source(stream);
        } else if (now >= source_due(stream)) {
            translate(stream, nullptr);
            stream.feed.source.reset();
        }
        if ((reader & POLLOUT) != 0) send(stream);
        // The feed has ended and everything is sent.
        if (stream.feed.translate && !stream.feed.source && stream.unsent.empty()) stream.finished = true;
    } catch (const std::exception& exception) {
        log_event(Event::request_fault, std::string("a stream ends: ") + exception.what());
        stream.finished = true;
    }
}

/// Waits for the next event or deadline. Returns poll(2)'s result: wake_ first, then reader and source of each stream, in
/// the order of the list.
std::vector<pollfd> EventStreams::wait_for_events(BootTime next_keepalive) const {
    std::vector<pollfd> waiting{{wake_.get(), POLLIN, 0}};
    BootTime next = next_keepalive;
    for (const Stream& stream : streams_) {
        const auto to_reader = static_cast<short>(stream.unsent.empty() ? POLLRDHUP : POLLRDHUP | POLLOUT);
        waiting.push_back({stream.request->connection(), to_reader, 0});
        waiting.push_back({reads_source(stream) ? stream.feed.source.get() : -1, POLLIN, 0});
        next = std::min({next, reader_due(stream), source_due(stream)});
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - clock_.boot()).count() + 1;
    poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    eventfd_t ignored = 0;
    eventfd_read(wake_.get(), &ignored);
    return waiting;
}

void EventStreams::drop_finished() {
    for (auto stream = streams_.begin(); stream != streams_.end();) {
        if (!stream->finished) {
            ++stream;
            continue;
        }
        // A regular end of the request would block until the reader takes the unsent bytes.
        if (!stream->unsent.empty()) stream->request->hang_up();
        stream = streams_.erase(stream);
    }
}

void EventStreams::serve(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "streams");
    BootTime next_keepalive = clock_.boot() + between_keepalives;
    while (!stop.stop_requested()) {
        empty_inbox();
        if (clock_.boot() >= next_keepalive) {
            send_keepalives();
            next_keepalive = clock_.boot() + between_keepalives;
        }
        const std::vector<pollfd> events = wait_for_events(next_keepalive);
        std::size_t at = 1;
        for (Stream& stream : streams_) {
            serve_one(stream, events[at].revents, events[at + 1].revents);
            at += 2;
        }
        drop_finished();
    }
}

}  // namespace boardgate::boardgated
