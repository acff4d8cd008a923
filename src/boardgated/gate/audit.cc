// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/audit.h"

#include <fmt/format.h>

namespace boardgate::boardgated {

void audit(Event event, const Session& session, std::string_view address, std::string_view action, const Board& board) {
    const std::string owner = session.uid == board.uid ? "" : " of " + board.owner.str();
    log_event(event, fmt::format("{} {} board {}{} from {}", session.user, action, board.id.str(), owner, address),
              {{"USER_NAME", session.user}, {"REMOTE_ADDR", address}, {"BOARD_ID", board.id.str()}, {"UNIT", board.unit().service()}});
}

void audit_share(Event event, const Session& session, std::string_view address, const Board& board, const BoardShare& share) {
    const std::string until = share.until && event == Event::board_shared ? " until " + rfc3339(*share.until) : "";
    const char* const does = event == Event::board_shared ? "shows" : "no longer shows";
    log_event(event, fmt::format("{} {} board {} to {}{} from {}", session.user, does, board.id.str(), share.with(), until, address),
              {{"USER_NAME", session.user},
               {"REMOTE_ADDR", address},
               {"BOARD_ID", board.id.str()},
               {"UNIT", board.unit().service()},
               {"SHARED_WITH", share.with()}});
}

void audit_ended_share(const Board& board, const BoardShare& share, std::string_view reason) {
    log_event(
        Event::board_unshared,
        fmt::format("board {} of {} is no longer shown to {}: {}", board.id.str(), board.owner.str(), share.with(), reason),
        {{"USER_NAME", board.owner.str()}, {"BOARD_ID", board.id.str()}, {"UNIT", board.unit().service()}, {"SHARED_WITH", share.with()}});
}

bool ViewAudit::is_first(std::uint32_t uid, const BoardId& board) {
    const BootTime now = clock_.boot();
    const auto logged = logged_.lock();
    const auto [found, fresh] = logged->try_emplace({uid, board}, now);
    if (!fresh && now - found->second < quiet) return false;
    found->second = now;
    return true;
}

void ViewAudit::gate_decided(const GateDecision& decision, std::string_view address) {
    if (decision.refusal != Refusal::none || !is_first(decision.session->uid, *decision.board)) return;
    const auto board = registry_.find(*decision.board);
    if (board) audit(Event::board_viewed, *decision.session, address, "views", *board);
}

void ViewAudit::view_gate_decided(const ViewDecision& decision, std::string_view address) {
    if (decision.refusal != ViewRefusal::none || !is_first(decision.session->uid, *decision.board)) return;
    const auto board = registry_.find(*decision.board);
    if (board) audit(Event::board_viewed, *decision.session, address, "views", *board);
}

void ViewAudit::sweep() {
    const BootTime now = clock_.boot();
    std::erase_if(*logged_.lock(), [&](const auto& each) { return now - each.second >= quiet; });
}

}  // namespace boardgate::boardgated
