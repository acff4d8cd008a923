// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/audit.h"

#include <fmt/format.h>

namespace boardgate::boardgated {

void audit(Event event, const Session& session, std::string_view address, std::string_view action, const Board& board) {
    const std::string owner = session.uid == board.uid ? "" : " of " + board.owner.str();
    log_event(event, fmt::format("{} {} board {}{} from {}", session.user, action, board.id.str(), owner, address),
              {{"USER_NAME", session.user}, {"REMOTE_ADDR", address}, {"BOARD_ID", board.id.str()}, {"UNIT", board.unit().service()}});
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

void ViewAudit::sweep() {
    const BootTime now = clock_.boot();
    std::erase_if(*logged_.lock(), [&](const auto& each) { return now - each.second >= quiet; });
}

}  // namespace boardgate::boardgated
