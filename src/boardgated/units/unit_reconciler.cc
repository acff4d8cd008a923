// SPDX-License-Identifier: MIT
#include "src/boardgated/units/unit_reconciler.h"

#include <fmt/format.h>

#include "src/base/log.h"

namespace boardgate::boardgated {

void UnitReconciler::find_unknown(const std::set<std::string>& units) {
    const auto unknown = unknown_.lock();
    unknown->clear();
    std::set<BoardId> boards;
    for (const std::string& unit : units) {
        const auto board = UnitName::board_of(unit);
        if (!board || registry_.knows(*board)) continue;
        unknown->insert(unit);
        boards.insert(*board);
        log_event(Event::reconciled, fmt::format("{} belongs to no known board; boardgate looks into it when its owner logs in", unit),
                  {{"UNIT", unit}});
    }
    lost_.lock()->clear();
    if (boards.empty()) return;
    const std::string lost =
        fmt::format("{} boards have doors and are not in the database; each comes back when its owner logs in", boards.size());
    log_event(Event::storage_fault, lost + ". A copy of the database that has them may be restored instead");
    *lost_.lock() = lost;
}

bool UnitReconciler::find_resting() const {
    std::vector<BoardId> boards;
    registry_.for_each([&](const Board& board) {
        if (board.state == State::off) boards.push_back(board.id);
    });
    const auto resting = launcher_.resting_of(boards);
    if (!resting) return false;
    for (const BoardId& board : *resting) registry_.set_resting(board);
    return true;
}

std::set<BoardId> UnitReconciler::take_unknown_of(const UserName& user) {
    std::set<BoardId> boards;
    std::erase_if(*unknown_.lock(), [&](const std::string& unit) {
        const auto board = UnitName::board_of(unit);
        const auto is_own = [&](Engine engine) {
            const UnitName own(user, *board, engine);
            return unit == own.service() || unit == own.socket();
        };
        if (!is_own(Engine::systemd) && !is_own(Engine::slurm)) return false;
        if (!registry_.knows(*board)) boards.insert(*board);
        return true;
    });
    return boards;
}

void UnitReconciler::settle(const Person& person, const BoardId& board) {
    const auto log = [&](const std::string& what) {
        log_event(Event::reconciled, fmt::format("board {}, which boardgate did not know, {}", board.str(), what),
                  {{"BOARD_ID", board.str()}, {"USER_NAME", person.user.str()}});
    };
    const auto door = launcher_.read_door(person.token, board);
    if (!door) {
        if (door.error().code != Code::no_such_board) return log("was left alone: " + door.error().detail);
        const auto removed = launcher_.remove_door(person.token, board);
        return log(removed ? "had units without a record, which were removed"
                           : "has units that could not be removed: " + removed.error().detail);
    }
    const auto mark = HomeMark::parse(door->home);
    if (!mark || !person.home || !mark->is_same_home(*person.home))
        return log(fmt::format("was left alone: it was made for another home of {}, or for an unknown one", person.user.str()));
    const auto restored = registry_.rebuild(person.uid, person.user, *door);
    log(restored ? "was rebuilt from the record of its door" : "cannot be rebuilt: " + restored.error().text());
    if (restored) refresh_units_(board);
}

void UnitReconciler::say(const Registry::Changes& changes, const UserName& user) const {
    const auto log = [&](const std::string& what) { log_event(Event::reconciled, what, {{"USER_NAME", user.str()}}); };
    if (!changes.aside.empty()) {
        log(
            fmt::format("{} boards are set aside: the home of {} is not the one for which they were made. If the home was moved or "
                        "restored, root gives them back with: boardgate adopt {}",
                        changes.aside.size(), user.str(), user.str()));
    }
    if (!changes.hidden.empty()) {
        log(
            fmt::format("{} boards are hidden: the home of {} could not be read at the login. They come back as soon as it can, and it is "
                        "the one for which they were made",
                        changes.hidden.size(), user.str()));
    }
    if (!changes.back.empty()) log(fmt::format("{} boards of {} are no longer hidden", changes.back.size(), user.str()));
    if (!changes.taken.empty())
        log(fmt::format("{} boards made in the home of {} are {}'s again", changes.taken.size(), user.str(), user.str()));
}

Result<void> UnitReconciler::person_arrives(std::uint32_t uid, const UserName& user, const Token& token) {
    const Person person{uid, user, token, launcher_.home_of(token)};
    const auto changes = registry_.person_arrives(uid, user, person.home);
    if (!changes) return error_of(changes);
    say(*changes, user);
    const auto awaits_home = arrived_(uid, user, person.home);
    if (!awaits_home) return error_of(awaits_home);
    if (changes->awaits_home || *awaits_home) {
        awaiting_.lock()->insert_or_assign(uid, Awaiting{user, token.copy()});
    } else {
        awaiting_.lock()->erase(uid);
    }
    for (const Board& board : changes->back) refresh_units_(board.id);
    // The database keeps them; nobody's door takes no port.
    for (const Board& board : changes->aside) (void)launcher_.remove_door(token, board.id);
    for (const Board& board : changes->taken) {
        // If it fails, the next wake makes the door.
        const auto port = launcher_.make_door(token, door_spec(board.id, board.options, board.home), board.port);
        if (port) (void)registry_.set_port(board.id, *port);
        refresh_units_(board.id);
    }
    for (const BoardId& board : take_unknown_of(user)) settle(person, board);
    return {};
}

bool UnitReconciler::await_home(std::uint32_t uid, const std::string& user, const Token& token) {
    const auto name = UserName::parse(user);
    return name && awaiting_.lock()->try_emplace(uid, Awaiting{*name, token.copy()}).second;
}

void UnitReconciler::ask_for_homes(const std::function<bool(const TokenHash&)>& lives) {
    std::vector<std::pair<std::uint32_t, Awaiting>> people;
    {
        const auto awaiting = awaiting_.lock();
        std::erase_if(*awaiting, [&](const auto& each) { return !lives(each.second.token.hash()); });
        for (const auto& [uid, one] : *awaiting) people.emplace_back(uid, Awaiting{one.user, one.token.copy()});
    }
    for (const auto& [uid, one] : people) {
        if (!launcher_.home_of(one.token)) continue;
        if (const auto settled = person_arrives(uid, one.user, one.token); !settled)
            log_event(Event::storage_fault, settled.error().text());
    }
}

}  // namespace boardgate::boardgated
