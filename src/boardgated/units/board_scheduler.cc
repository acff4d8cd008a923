// SPDX-License-Identifier: MIT
#include "src/boardgated/units/board_scheduler.h"

#include <algorithm>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

/// TensorBoard ends within this time when it is asked to (TimeoutStopSec= of the drop-in is longer).
constexpr std::chrono::seconds patience_of_stop{5};
/// systemd has told of a start by then, or it will not come.
constexpr std::chrono::seconds patience_of_start{2};

/// When somebody last cared about a board.
WallTime last_use(const Board& board) { return std::max(board.state_since, board.last_viewed.value_or(WallTime{})); }

}  // namespace

/// The launcher's record is gone, the definition is not.
ApiResult<std::uint16_t> BoardScheduler::make_lost_door(const Token& token, const BoardId& board) {
    const auto held = hold_door(board);
    const auto known = registry_.find(board);
    if (!known) return problem(Code::no_such_board, "board " + board.str() + " was deleted meanwhile");
    wire::DoorSpec spec = door_spec(board, known->options);
    if (spec.port == 0 && settings_.is_door_port(known->port)) spec.port = known->port;
    log_event(Event::reconciled, "the door of board " + board.str() + " was lost; boardgate makes it again", {{"BOARD_ID", board.str()}});
    return launcher_.make_door(token, spec);
}

ApiResult<void> BoardScheduler::start(const Token& token, const BoardId& board, bool anew) {
    auto port = anew ? launcher_.restart(token, board) : launcher_.wake(token, board);
    if (!port && port.error().code == Code::no_such_board) {
        if (port = make_lost_door(token, board); port) port = launcher_.wake(token, board);
    }
    look_again_(board);
    if (!port) return error_of(port);
    if (const auto kept = registry_.set_port(board, *port); !kept) log_event(Event::storage_fault, kept.error().text());
    return {};
}

/// With mutex_ held, like the next.
bool BoardScheduler::keeps_slot(const Board& board) const { return is_awake(board) && !leaving_.contains(board.id); }

BoardScheduler::Room BoardScheduler::room_for(const Board& board) const {
    std::int64_t all = 0;
    std::int64_t own = 0;
    registry_.for_each([&](const Board& other) {
        if (other.id == board.id || !(keeps_slot(other) || beginning_.contains(other.id))) return;
        ++all;
        if (other.uid == board.uid) ++own;
    });
    if (own >= settings_.awake_boards_per_user) return Room::full_for_user;
    return all >= settings_.awake_boards ? Room::full_for_all : Room::yes;
}

/// Takes a slot, if need be that of the longest idle board of the same person. release() gives it back, or the board
/// that is awake has it.
BoardScheduler::Claim BoardScheduler::claim(const BoardId& id) {
    const std::lock_guard lock(mutex_);
    const auto board = registry_.find(id);
    if (!board) return {Room::yes, {}};  // what comes next finds that out
    Claim claim{keeps_slot(*board) ? Room::yes : room_for(*board), {}};
    if (claim.room != Room::yes) {
        const auto own = registry_.boards_of(board->uid);
        const Board* idle = nullptr;
        for (const Board& other : own) {
            if (other.id == id || other.state != State::ready || leaving_.contains(other.id)) continue;
            if (idle == nullptr || last_use(other) < last_use(*idle)) idle = &other;
        }
        if (idle == nullptr) return claim;
        leaving_.insert(idle->id);
        claim.instead_of = idle->id;
    }
    beginning_.insert(id);
    return claim;
}

void BoardScheduler::release(const BoardId& board) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = beginning_.find(board); found != beginning_.end()) beginning_.erase(found);
    }
    look_for_the_next();  // who came while this slot was taken, which it may not be any more
}

/// Puts a board to sleep whose slot was claimed for another; false when it stays awake.
bool BoardScheduler::make_room(const Token& token, const BoardId& idle, const BoardId& board) {
    bool asleep = false;
    const auto other = registry_.find(board);
    registry_.set_asleep_because(idle, "it made room for " + (other ? other->options.title : board.str()));
    if (launcher_.sleep(token, idle)) {
        log_event(Event::notice, "board " + idle.str() + " is put to sleep to make room for " + board.str(), {{"BOARD_ID", idle.str()}});
        look_again_(idle);
        const auto now = registry_.wait(idle, patience_of_stop, [](const Board& leaving) { return !is_awake(leaving); });
        asleep = !now || !is_awake(*now);
    }
    if (!asleep) registry_.set_asleep_because(idle, {});
    const std::lock_guard lock(mutex_);
    leaving_.erase(idle);
    return asleep;
}

void BoardScheduler::wait(const Token& token, const BoardId& board, Room room) {
    const bool own = room == Room::full_for_user;
    registry_.set_waiting(board, (own ? "you have " : "this server has ") +
                                     std::to_string(own ? settings_.awake_boards_per_user : settings_.awake_boards) +
                                     " boards awake, which is the limit; this one starts when another one sleeps");
    {
        const std::lock_guard lock(mutex_);
        const auto known = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& each) { return each.board == board; });
        if (known == waiting_.end()) {
            waiting_.push_back({board, token.copy()});
        } else {
            known->token = token.copy();  // the older login may end first
        }
    }
    look_for_the_next();  // a slot may have come free before this one stood in the list
}

void BoardScheduler::stop_waiting(const BoardId& board) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.remove_if([&](const Waiting& each) { return each.board == board; });
    }
    registry_.set_waiting(board, {});
}

/// A board that has a slot; it is given back as soon as the board itself counts.
ApiResult<void> BoardScheduler::begin(const Token& token, const BoardId& id) {
    stop_waiting(id);
    const auto before = registry_.find(id);
    auto started = before ? start(token, id, false) : problem(Code::no_such_board, "there is no board " + id.str());
    if (started) {
        (void)registry_.wait(id, patience_of_start, [&](const Board& now) {
            const bool another_run = !now.facts.invocation.empty() && now.facts.invocation != before->facts.invocation;
            return is_awake(now) || another_run;  // that may be over already
        });
    }
    release(id);
    return started;
}

ApiResult<void> BoardScheduler::wake(const Token& token, const BoardId& id) {
    const Claim claimed = claim(id);
    if (claimed.room != Room::yes) {
        const bool has_slot = claimed.instead_of && make_room(token, *claimed.instead_of, id);
        if (claimed.instead_of && !has_slot) release(id);
        if (!has_slot) {
            wait(token, id, claimed.room);
            return {};
        }
    }
    return begin(token, id);
}

ApiResult<void> BoardScheduler::restart(const Token& token, const BoardId& id) {
    const auto board = registry_.find(id);
    bool has_slot = false;
    {
        const std::lock_guard lock(mutex_);
        has_slot = board && keeps_slot(*board);
    }
    // One that has none needs one like any other.
    return has_slot ? start(token, id, true) : wake(token, id);
}

ApiResult<void> BoardScheduler::sleep(const Token& token, const BoardId& board, const std::string& reason) {
    stop_waiting(board);
    registry_.set_asleep_because(board, reason);
    auto asleep = launcher_.sleep(token, board);
    if (!asleep) registry_.set_asleep_because(board, {});
    look_again_(board);
    return asleep;
}

void BoardScheduler::board_changed(const Board& board, bool gone) {
    if (gone || !is_awake(board)) look_for_the_next();
}

void BoardScheduler::look_for_the_next() {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty()) return;
    }
    (void)lane_.add([this] { wake_the_next(); });
}

void BoardScheduler::wake_the_next() {
    for (;;) {
        std::list<Waiting> next;
        {
            const std::lock_guard lock(mutex_);
            // The highest priority among those for whom there is room; the first of equals has waited longest.
            auto best = waiting_.end();
            std::int64_t highest = 0;
            for (auto each = waiting_.begin(); each != waiting_.end();) {
                const auto board = registry_.find(each->board);
                if (!board || board->state != State::waiting) {
                    each = waiting_.erase(each);
                    continue;
                }
                if (room_for(*board) == Room::yes && (best == waiting_.end() || board->options.priority > highest)) {
                    best = each;
                    highest = board->options.priority;
                }
                ++each;
            }
            if (best == waiting_.end()) return;
            beginning_.insert(best->board);
            next.splice(next.end(), waiting_, best);
        }
        const auto& [board, token] = next.front();
        if (const auto begun = begin(token, board); !begun) {
            // Its owner has logged out, most likely.
            log_event(Event::notice, "board " + board.str() + " stops waiting: " + begun.error().detail, {{"BOARD_ID", board.str()}});
        }
    }
}

}  // namespace boardgate::boardgated
