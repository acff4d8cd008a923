// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/audit.h"

namespace boardgate::boardgated {

void audit(Event event, const Session& who, std::string_view address, std::string_view did, const Board& board) {
    std::string line = who.user + " " + std::string(did) + " board " + board.id.str();
    if (who.uid != board.uid) line += " of " + board.owner.str();
    line += " from " + std::string(address);
    log_event(event, line,
              {{"USER_NAME", who.user}, {"REMOTE_ADDR", address}, {"BOARD_ID", board.id.str()}, {"UNIT", board.unit().service()}});
}

bool ViewAudit::is_first(std::uint32_t uid, const BoardId& board) {
    const BootTime now = clock_.boot();
    const std::lock_guard lock(mutex_);
    const auto [found, fresh] = written_.try_emplace({uid, board}, now);
    if (!fresh && now - found->second < quiet) return false;
    found->second = now;
    return true;
}

void ViewAudit::passed(const GateDecision& decision, std::string_view address) {
    if (decision.refusal != Refusal::none || !is_first(decision.session->uid, *decision.board)) return;
    const auto board = registry_.find(*decision.board);
    if (board) audit(Event::board_viewed, *decision.session, address, "views", *board);
}

void ViewAudit::sweep() {
    const BootTime now = clock_.boot();
    const std::lock_guard lock(mutex_);
    std::erase_if(written_, [&](const auto& each) { return now - each.second >= quiet; });
}

}  // namespace boardgate::boardgated
