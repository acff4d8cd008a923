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
/// Polls as well: on some file systems the journal cannot notify (sd_journal_get_fd(3)).
constexpr int look_again_ms = 10'000;

/// False if the reader is gone.
template <class Message>
bool sent(int reader, Message message) {
    return wire::send(reader, message).has_value();
}

/// Sends the lines so far, at most `most`. False if the reader is gone.
Result<bool> tell_all(int reader, journal::UnitLog& log, std::uint64_t most) {
    for (std::uint64_t given = 0; given < most; ++given) {
        auto line = log.next();
        if (!line) return error_of(line);
        if (!*line) return true;
        if (!sent(reader, **std::move(line))) return false;
    }
    return true;
}

Result<void> give(int reader, const wire::ReadLog& question) {
    auto log = journal::UnitLog::open(question.unit);
    if (!log) return error_of(log);
    const std::uint32_t lines = std::min(question.lines, most_lines);
    int news = -1;
    if (question.follow) {
        // Subscribe before reading the first line, so that no line is lost in between.
        const auto fd = log->fd();
        if (!fd) return error_of(fd);
        news = *fd;
    }
    const bool behind = !question.after.empty() && log->seek_behind(question.after);
    if (!behind) {
        if (auto sought = log->seek_last(lines); !sought) return sought;
    }
    // A reader that resumes gets all lines that it missed.
    auto going = tell_all(reader, *log, question.follow ? UINT64_MAX : lines);
    if (going && *going) going = sent(reader, wire::LogEnd{});
    while (question.follow && going && *going) {
        pollfd waiting[] = {{news, POLLIN, 0}, {reader, POLLIN | POLLRDHUP, 0}};
        (void)poll(waiting, 2, look_again_ms);
        if (waiting[1].revents != 0) return {};
        log->process();
        going = tell_all(reader, *log, UINT64_MAX);
    }
    return going ? Result<void>{} : error_of(going);
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
        const auto question = wire::receive_one<wire::ReadLog>(connection->get(), patience);
        if (!question) {
            log_event(Event::bad_message, question.error().text());
            return exit_status::done;
        }
        if (!journal::is_board_service(question->unit)) {
            log_event(Event::bad_message, "boardgated asked for the log of a unit that is not a board's", {{"UNIT", question->unit}});
            return exit_status::done;
        }
        if (const auto given = give(connection->get(), *question); !given) return error_of(given);
        return exit_status::done;
    });
}
