// SPDX-License-Identifier: MIT
#include "src/boardgated/units/unit_reconciler.h"

#include <fmt/format.h>

#include "src/base/log.h"

namespace boardgate::boardgated {

void UnitReconciler::find_unknown(const std::set<std::string>& units) {
    const auto unknown = unknown_.lock();
    unknown->clear();
    for (const std::string& unit : units) {
        const auto board = UnitName::board_of(unit);
        if (!board || registry_.find(*board)) continue;
        unknown->insert(unit);
        log_event(Event::reconciled, fmt::format("{} belongs to no known board; boardgate removes it when its owner logs in", unit),
                  {{"UNIT", unit}});
    }
}

void UnitReconciler::remove_unknown_of(const UserName& user, const Token& token) {
    std::set<BoardId> boards;
    std::erase_if(*unknown_.lock(), [&](const std::string& unit) {
        const auto board = UnitName::board_of(unit);
        const UnitName own(user, *board);
        if (unit != own.service() && unit != own.socket()) return false;
        if (!registry_.find(*board)) boards.insert(*board);
        return true;
    });
    for (const BoardId& board : boards) {
        const auto removed = launcher_.remove_door(token, board);
        log_event(Event::reconciled,
                  fmt::format("the units of board {}, which boardgate does not know, {}", board.str(),
                              removed ? "were removed" : "could not be removed: " + removed.error().detail),
                  {{"BOARD_ID", board.str()}, {"USER_NAME", user.str()}});
    }
}

}  // namespace boardgate::boardgated
