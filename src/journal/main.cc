// SPDX-License-Identifier: MIT
// boardgate-journal: sends boardgated the log of a board's unit. One process per reader, with an account of its own that
// can only read the journal.
#include <poll.h>
#include <sys/socket.h>

#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/journal/unit_log.h"

namespace {

using namespace boardgate;

constexpr std::chrono::seconds patience{5};
constexpr std::uint32_t most_lines = 5000;
/// On some file systems the journal cannot notify, and has to be read periodically (sd_journal_get_fd(3)).
constexpr int read_interval_ms = 10'000;

/// False if the reader has disconnected.
template <class Message>
bool sent(int reader, Message message) {
    return wire::send(reader, message).has_value();
}

/// Sends the lines that the journal has now, at most `most`. False if the reader has disconnected.
Result<bool> send_lines(int reader, journal::UnitLog& log, std::uint64_t most) {
    for (std::uint64_t count = 0; count < most; ++count) {
        auto line = log.next();
        if (!line) return error_of(line);
        if (!*line) return true;
        if (!sent(reader, **std::move(line))) return false;
    }
    return true;
}

Result<void> send_log(int reader, const wire::ReadLog& request) {
    auto log = journal::UnitLog::open(request.unit);
    if (!log) return error_of(log);
    const std::uint32_t lines = std::min(request.lines, most_lines);
    int news = -1;
    if (request.follow) {
        // Subscribe before reading the first line, so that no line is lost in between.
        const auto fd = log->fd();
        if (!fd) return error_of(fd);
        news = *fd;
    }
    const bool resumed = !request.after.empty() && log->seek_behind(request.after);
    if (!resumed) {
        if (auto sought = log->seek_last(lines); !sought) return sought;
    }
    // A reader that resumes gets all lines that it missed.
    auto connected = send_lines(reader, *log, request.follow ? UINT64_MAX : lines);
    if (connected && *connected) connected = sent(reader, wire::LogEnd{});
    while (request.follow && connected && *connected) {
        pollfd waiting[] = {{news, POLLIN, 0}, {reader, POLLIN | POLLRDHUP, 0}};
        (void)poll(waiting, 2, read_interval_ms);
        if (waiting[1].revents != 0) return {};
        log->process();
        connected = send_lines(reader, *log, UINT64_MAX);
    }
    return connected ? Result<void>{} : error_of(connected);
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-journal", [&]() -> Result<int> {
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const auto connection = accepted_connection();
        if (!connection) return error_of(connection);
        const auto caller = peer_of(connection->get());
        const auto boardgated = uid_of("boardgate");
        if (!caller || !boardgated || caller->uid != *boardgated) {
            log_event(Event::refused_peer, "a process other than boardgated connected to the socket of boardgate-journal");
            return exit_status::done;
        }
        const auto request = wire::receive_one<wire::ReadLog>(connection->get(), patience);
        if (!request) {
            log_event(Event::bad_message, request.error().text());
            return exit_status::done;
        }
        if (!journal::is_board_service(request->unit)) {
            log_event(Event::bad_message, "boardgated asked for the log of a unit that is not a board's", {{"UNIT", request->unit}});
            return exit_status::done;
        }
        if (const auto sent_log = send_log(connection->get(), *request); !sent_log) return error_of(sent_log);
        return exit_status::done;
    });
}
