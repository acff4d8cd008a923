// SPDX-License-Identifier: MIT
#include "src/boardgated/units/failure_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/control_sequences.h"
#include "src/base/log.h"
#include "src/boardgated/boards/diagnosis.h"

namespace boardgate::boardgated {

namespace {
constexpr std::uint32_t lines_to_read = 200;
/// systemd may report the end before journald has written the last lines.
constexpr std::size_t attempts = 6;
constexpr std::chrono::milliseconds between_attempts{100};
/// When the journal is slow, the owner gets systemd's reason instead of waiting longer.
constexpr std::chrono::seconds patience{3};

/// systemd logs each process that it kills after the main one; these lines would push the reason out of the last lines.
bool is_aftermath(const std::string& line) { return line.find(".service: Killing process ") != std::string::npos; }

/// systemd logs this line at every failure, after the unit's own lines.
bool is_whole(const std::vector<std::string>& log) {
    return std::any_of(log.begin(), log.end(),
                       [](const std::string& line) { return line.find("Failed with result '") != std::string::npos; });
}
}  // namespace

void FailureWatch::board_changed(const Board& board, bool gone) {
    if (gone || board.state != State::failed || board.failure) return;
    if (threads_.add(share_of(board.uid), [this, id = board.id] { examine(id); })) return;
    log_event(Event::notice, "too many boards are failing to read all their logs");
    (void)registry_.set_failure(board.id, board.facts, diagnose(board, {}));
}

std::vector<std::string> FailureWatch::lines_of(const Board& board) const {
    std::vector<std::string> lines;
    const auto log = journal_.last_lines(board.unit(), lines_to_read);
    if (!log) {
        log_event(Event::request_fault, "boardgated cannot read the log of a failed board: " + log.error().text(),
                  {{"BOARD_ID", board.id.str()}});
        return lines;
    }
    bool begun = false;
    for (const wire::LogLine& line : *log) {
        const bool named = line.invocation == board.facts.invocation;
        begun |= named;
        // journald knows the unit but not the invocation of the last lines of a process that ended quickly.
        if ((named || (begun && line.invocation.empty())) && !is_aftermath(line.text)) lines.push_back(without_colours(line.text));
    }
    return lines;
}

void FailureWatch::examine(const BoardId& id) {
    // The registry may notify of a failure twice, and the board may have newer facts.
    auto board = registry_.find(id);
    const auto is_open = [&] { return board && board->state == State::failed && !board->failure; };
    if (!is_open()) return;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<std::string> log = lines_of(*board);
    Failure failure = diagnose(*board, log);
    // Read until nothing new comes: systemd or the board may write last.
    std::size_t seen = 0;
    const auto is_done = [&] { return seen == log.size() && is_whole(log) && !is_unexplained(failure); };
    for (std::size_t attempt = 1; attempt < attempts && !is_done() && std::chrono::steady_clock::now() < deadline; ++attempt) {
        board = registry_.wait(id, between_attempts, [&](const Board& later) { return later.facts != board->facts; });
        if (!is_open()) return;
        seen = log.size();
        log = lines_of(*board);
        failure = diagnose(*board, log);
    }
    if (!registry_.set_failure(id, board->facts, failure)) return;  // the board changed, and the registry notifies of that, too
    log_event(Event::board_failed, fmt::format("board {} failed: {}", board->id.str(), failure.summary),
              {{"BOARD_ID", board->id.str()}, {"USER_NAME", board->owner.str()}, {"UNIT", board->unit().service()}});
    if (const auto reset = launcher_.reset_failed(id); !reset) {
        log_event(Event::notice, "the failed unit of a board is not reset: " + reset.error().detail, {{"BOARD_ID", board->id.str()}});
    }
}

}  // namespace boardgate::boardgated
