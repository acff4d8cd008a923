// SPDX-License-Identifier: MIT
#include "src/boardgated/units/unit_reconciler.h"

#include "src/base/log.h"

namespace boardgate::boardgated {

void UnitReconciler::units_exist(const std::set<std::string>& units) {
    const std::lock_guard lock(mutex_);
    units_.clear();
    for (const std::string& unit : units) {
        const auto board = UnitName::board_of(unit);
        if (!board || registry_.find(*board)) continue;
        units_.insert(unit);
        log_event(Event::reconciled, unit + " belongs to no known board; boardgate removes it when its owner logs in", {{"UNIT", unit}});
    }
}

void UnitReconciler::remove_of(const UserName& user, const Token& token) {
    std::set<BoardId> boards;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(units_, [&](const std::string& unit) {
            const auto board = UnitName::board_of(unit);
            const UnitName own(user, *board);
            if (unit != own.service() && unit != own.socket()) return false;
            if (!registry_.find(*board)) boards.insert(*board);
            return true;
        });
    }
    for (const BoardId& board : boards) {
        const auto removed = launcher_.remove_door(token, board);
        log_event(Event::reconciled,
                  "the units of board " + board.str() + ", which boardgate does not know, " +
                      (removed ? "were removed" : "could not be removed: " + removed.error().detail),
                  {{"BOARD_ID", board.str()}, {"USER_NAME", user.str()}});
    }
}

}  // namespace boardgate::boardgated
