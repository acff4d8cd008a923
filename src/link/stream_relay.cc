// SPDX-License-Identifier: MIT
#include "src/link/stream_relay.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "src/base/socket_options.h"

namespace boardgate::link {

namespace {

/// The most bytes that a stream reads in one turn.
constexpr std::size_t most_per_turn = 256 * 1024;

}  // namespace

Result<StreamRelay> StreamRelay::open() {
    Fd epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) return system_error("cannot wait for connections");
    return StreamRelay(std::move(epoll));
}

void StreamRelay::add(Endpoint& link, std::uint32_t stream, Fd local, std::unique_ptr<StreamFilter> filter) {
    if (!local || fcntl(local.get(), F_SETFL, fcntl(local.get(), F_GETFL) | O_NONBLOCK) != 0) return link.reset(stream);
    const auto [added, fresh] = streams_.try_emplace(stream);
    added->second.local = std::move(local);
    added->second.filter = std::move(filter);
    watch(link, stream, added->second);
}

/// Without anything to wait for, the socket is not in the epoll: a closed one would be ready for ever.
void StreamRelay::watch(Endpoint& link, std::uint32_t id, Stream& stream) {
    const bool reads = !stream.local_ended && link.room(id) > 0 && link.takes_more();
    const unsigned wanted = (reads ? unsigned{EPOLLIN} : 0U) | (stream.to_local.empty() ? 0U : unsigned{EPOLLOUT});
    if (wanted == stream.watched) return;
    const int change = wanted == 0 ? EPOLL_CTL_DEL : stream.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    epoll_event event{};
    event.events = wanted;
    event.data.u32 = id;
    if (epoll_ctl(epoll_.get(), change, stream.local.get(), &event) == 0) {
        stream.watched = wanted;
    } else {
        stream.until = BootTime::zero();  // no memory for it: the next drop_ended() resets the stream
    }
}

bool StreamRelay::read_local(Endpoint& link, std::uint32_t id, Stream& stream) {
    std::array<char, longest_body> buffer;
    for (std::size_t taken = 0; taken < most_per_turn && !stream.local_ended && link.takes_more();) {
        const std::size_t room = std::min(link.room(id), buffer.size());
        if (room == 0) break;
        const ssize_t got = recv(stream.local.get(), buffer.data(), room, MSG_DONTWAIT);
        if (got < 0) return errno == EAGAIN || errno == EINTR;
        moved_ = true;
        if (got == 0) {
            stream.local_ended = true;
            link.finish(id);
            break;
        }
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
        taken += bytes.size();
        if (stream.filter && !stream.filter->to_link(bytes)) return false;
        link.send_data(id, bytes);
    }
    return true;
}

bool StreamRelay::write_local(Endpoint& link, std::uint32_t id, Stream& stream) {
    while (!stream.to_local.empty()) {
        const ssize_t put = send(stream.local.get(), stream.to_local.data(), stream.to_local.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0) {
            if (errno == EAGAIN || errno == EINTR) break;
            return false;
        }
        moved_ = true;
        stream.to_local.erase(0, static_cast<std::size_t>(put));
    }
    // A filter holds less back than the window, and adds little.
    const std::size_t gone = stream.uncredited - std::min(stream.uncredited, stream.to_local.size());
    if (gone > 0) link.consumed(id, gone);
    stream.uncredited -= gone;
    if (stream.to_local.empty()) {
        std::string().swap(stream.to_local);
        if (stream.link_ended && !stream.shut) {
            shutdown(stream.local.get(), SHUT_WR);  // ignore an error: the peer may be gone
            stream.shut = true;
        }
    }
    return true;
}

bool StreamRelay::move(Endpoint& link, Streams::iterator at) {
    auto& [id, stream] = *at;
    if (!write_local(link, id, stream) || !read_local(link, id, stream)) {
        link.reset(id);
        drop(at, true);
        return false;
    }
    if (stream.local_ended && stream.shut) {
        drop(at, false);
        return false;
    }
    watch(link, id, stream);
    return true;
}

bool StreamRelay::advance(Endpoint& link) {
    moved_ = false;
    std::array<epoll_event, 64> events{};
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
    for (int i = 0; i < count; ++i) {
        const auto stream = streams_.find(events[static_cast<std::size_t>(i)].data.u32);
        if (stream != streams_.end()) (void)move(link, stream);
    }
    return moved_;
}

void StreamRelay::resume(Endpoint& link) {
    if (!link.takes_more()) return;
    for (auto& [id, stream] : streams_) watch(link, id, stream);
}

void StreamRelay::take_data(Endpoint& link, std::uint32_t id, std::string_view bytes) {
    const auto at = streams_.find(id);
    if (at == streams_.end()) return;
    Stream& stream = at->second;
    stream.uncredited += bytes.size();
    if (!stream.filter) {
        stream.to_local += bytes;
    } else if (!stream.filter->to_local(bytes, stream.to_local)) {
        link.reset(id);
        return drop(at, true);
    }
    (void)move(link, at);
}

void StreamRelay::take_fin(Endpoint& link, std::uint32_t id) {
    const auto at = streams_.find(id);
    if (at == streams_.end()) return;
    if (at->second.filter && !at->second.filter->may_end()) {
        link.reset(id);
        return drop(at, true);
    }
    at->second.link_ended = true;
    (void)move(link, at);
}

void StreamRelay::take_reset(std::uint32_t id) {
    if (const auto at = streams_.find(id); at != streams_.end()) drop(at, true);
}

void StreamRelay::take_credit(Endpoint& link, std::uint32_t id) {
    if (const auto at = streams_.find(id); at != streams_.end()) watch(link, id, at->second);
}

void StreamRelay::drop(Streams::iterator stream, bool broken) {
    set_reset_on_close(stream->second.local.get(), broken);
    streams_.erase(stream);
}

void StreamRelay::reset_all() {
    while (!streams_.empty()) drop(streams_.begin(), true);
}

void StreamRelay::end_by(BootTime deadline) {
    for (auto& [id, stream] : streams_) {
        if (!stream.until) stream.until = deadline;
    }
}

void StreamRelay::drop_ended(Endpoint& link, BootTime now) {
    for (auto at = streams_.begin(); at != streams_.end();) {
        const auto next = std::next(at);
        if (at->second.until && now >= *at->second.until) {
            link.reset(at->first);
            drop(at, true);
        }
        at = next;
    }
}

std::optional<BootTime> StreamRelay::next_end() const {
    std::optional<BootTime> next;
    for (const auto& [id, stream] : streams_) {
        if (stream.until && (!next || *stream.until < *next)) next = stream.until;
    }
    return next;
}

}  // namespace boardgate::link
