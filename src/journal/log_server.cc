// SPDX-License-Identifier: MIT
#include "src/journal/log_server.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>

#include "src/base/accept.h"
#include "src/base/log.h"
#include "src/base/peer.h"

namespace boardgate::journal {

namespace {
/// The tail is read as often without a notification: on some file systems the journal cannot notify.
constexpr std::chrono::seconds between_looks{10};
}  // namespace

LogServer::LogServer(Fd listening, uid_t boardgated) : listening_(std::move(listening)), boardgated_(boardgated) {
    (void)fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
}

void LogServer::accept() {
    Fd socket = accept_connection(listening_.get(), SOCK_NONBLOCK);
    if (!socket) return;
    const auto caller = peer_of(socket.get());
    if (!caller || caller->uid != boardgated_) {
        log_event(Event::refused_peer, "a process other than boardgated connected to the socket of boardgate-journal");
        return;
    }
    if (readers_.size() < most_readers) readers_.emplace_back(std::move(socket));
}

int LogServer::milliseconds_to_wait() const {
    if (std::ranges::any_of(readers_, &LogReader::needs_chunk)) return 0;
    std::chrono::milliseconds wait = readers_.empty() ? longest_idle : between_looks;
    for (const LogReader& reader : readers_) {
        if (!reader.awaits_question()) continue;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(reader.deadline() - std::chrono::steady_clock::now());
        wait = std::clamp(left, std::chrono::milliseconds(0), wait);
    }
    return static_cast<int>(wait.count());
}

void LogServer::handle(LogReader& reader, short happened) {
    if ((happened & (POLLHUP | POLLERR | POLLRDHUP)) != 0 && (happened & POLLIN) == 0) reader.end();
    if ((happened & POLLIN) != 0) reader.receive();
    if ((happened & POLLOUT) != 0) reader.flush();
    if (reader.awaits_question() && reader.deadline() <= std::chrono::steady_clock::now()) reader.end();
}

/// Passes new entries to those that follow their unit.
Result<void> LogServer::read_tail() {
    for (;;) {
        const auto advanced = tail_->advance();
        if (!advanced) return error_of(advanced);
        if (!*advanced) break;
        const std::string unit = tail_->board_unit();
        if (unit.empty()) continue;
        std::optional<wire::LogLine> line;
        for (LogReader& reader : readers_) {
            if (reader.followed() != unit) continue;
            if (!line) line = tail_->line();
            reader.add(*line);
        }
    }
    for (LogReader& reader : readers_) reader.forget_read_lines();
    return {};
}

Result<void> LogServer::read_logs() {
    for (LogReader& reader : readers_) {
        if (!reader.needs_chunk() || !reader.read_chunk() || reader.has_ended()) continue;
        if (!tail_) {
            auto opened = JournalTail::open();
            if (!opened) return error_of(opened);
            tail_ = *std::move(opened);
        }
        if (auto read = read_tail(); !read) return read;
        reader.follow();
    }
    return {};
}

Result<void> LogServer::serve(const Fd& ending) {
    for (;;) {
        std::vector<pollfd> waiting = {{ending.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}, {tail_ ? tail_->fd() : -1, POLLIN, 0}};
        for (const LogReader& reader : readers_) waiting.push_back({reader.fd(), reader.events(), 0});
        const int woken = poll(waiting.data(), waiting.size(), milliseconds_to_wait());
        if (waiting[0].revents != 0 || (woken == 0 && readers_.empty())) return {};
        auto state = waiting.begin() + 3;
        for (LogReader& reader : readers_) handle(reader, (state++)->revents);
        std::erase_if(readers_, std::mem_fn(&LogReader::has_ended));
        if (waiting[1].revents != 0) accept();
        if (auto read = read_logs(); !read) return read;
        if (tail_) {
            tail_->process();
            if (auto read = read_tail(); !read) return read;
        }
        for (LogReader& reader : readers_) reader.flush();
        std::erase_if(readers_, std::mem_fn(&LogReader::has_ended));
        if (std::ranges::none_of(readers_, [](const LogReader& reader) { return !reader.followed().empty(); })) tail_.reset();
    }
}

}  // namespace boardgate::journal
