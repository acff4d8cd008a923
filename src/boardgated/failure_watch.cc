// SPDX-License-Identifier: MIT
#include "src/boardgated/failure_watch.h"

#include "src/base/log.h"
#include "src/boardgated/diagnosis.h"

namespace boardgate::boardgated {

namespace {
constexpr std::uint32_t lines_to_read = 200;
}

void FailureWatch::board_changed(const Board& board, bool gone) {
    if (gone || board.state != State::failed || board.failure) return;
    if (!lane_.add([this, board] { examine(board); })) log_event(Event::notice, "too many boards fail at once to read all their logs");
}

void FailureWatch::examine(const Board& board) {
    std::vector<std::string> lines;
    if (const auto log = journal_.last_lines(board.unit(), lines_to_read)) {
        for (const wire::LogLine& line : *log) {
            if (line.invocation == board.facts.invocation) lines.push_back(line.text);
        }
    } else {
        log_event(Event::request_fault, "the log of a failed board cannot be read: " + log.error().text(), {{"BOARD_ID", board.id.str()}});
    }
    const Failure failure = diagnose(board.facts, lines);
    log_event(Event::board_failed, "board " + board.id.str() + " failed: " + failure.summary,
              {{"BOARD_ID", board.id.str()}, {"USER_NAME", board.owner.str()}, {"UNIT", board.unit().service()}});
    registry_.set_failure(board.id, board.facts.invocation, failure);
}

}  // namespace boardgate::boardgated
