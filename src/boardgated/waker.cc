// SPDX-License-Identifier: MIT
#include "src/boardgated/waker.h"

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
Answer<std::uint16_t> Waker::make_lost_door(const Token& token, const BoardId& board) {
    const auto held = hold_door(board);
    const auto known = registry_.find(board);
    if (!known) return problem(Code::no_such_board, "board " + board.str() + " was removed meanwhile");
    wire::DoorSpec spec = door_spec(board, known->options);
    if (spec.port == 0 && settings_.is_door_port(known->port)) spec.port = known->port;
    log_event(Event::reconciled, "the door of board " + board.str() + " was lost and is made again", {{"BOARD_ID", board.str()}});
    return launcher_.make_door(token, spec);
}

Answer<void> Waker::start(const Token& token, const BoardId& board, bool anew) {
    auto port = anew ? launcher_.restart(token, board) : launcher_.wake(token, board);
    if (!port && port.error().code == Code::no_such_board) {
        if (port = make_lost_door(token, board); port) port = launcher_.wake(token, board);
    }
    look_again_(board);
    if (!port) return tl::make_unexpected(port.error());
    if (const auto kept = registry_.set_port(board, *port); !kept) log_event(Event::storage_fault, kept.error().text());
    return {};
}

/// With mutex_ held.
Waker::Room Waker::room_for(const Board& board) const {
    std::int64_t all = 0;
    std::int64_t own = 0;
    for (const Board& other : registry_.all()) {
        if (other.id == board.id || !(is_awake(other) || beginning_.contains(other.id))) continue;
        ++all;
        if (other.uid == board.uid) ++own;
    }
    if (own >= settings_.awake_boards_per_user) return Room::full_for_user;
    return all >= settings_.awake_boards ? Room::full_for_all : Room::yes;
}

/// Takes a slot where there is one; release() gives it back, or the board that is awake has it.
Waker::Room Waker::claim(const Board& board) {
    const std::lock_guard lock(mutex_);
    const Room room = is_awake(board) ? Room::yes : room_for(board);
    if (room == Room::yes) beginning_.insert(board.id);
    return room;
}

void Waker::release(const BoardId& board) {
    const std::lock_guard lock(mutex_);
    beginning_.erase(board);
}

/// Puts the longest idle board of the same person to sleep; false when there is none.
bool Waker::make_room(const Token& token, const Board& board) {
    const auto own = registry_.of(board.uid);
    const Board* idle = nullptr;
    for (const Board& other : own) {
        if (other.id == board.id || other.state != State::ready) continue;
        if (idle == nullptr || last_use(other) < last_use(*idle)) idle = &other;
    }
    if (idle == nullptr || !launcher_.sleep(token, idle->id)) return false;
    log_event(Event::notice, "board " + idle->id.str() + " sleeps to make room for " + board.id.str(), {{"BOARD_ID", idle->id.str()}});
    look_again_(idle->id);
    const auto asleep = registry_.wait(idle->id, patience_of_stop, [](const Board& other) { return !is_awake(other); });
    return !asleep || !is_awake(*asleep);
}

void Waker::wait(const Token& token, const Board& board, Room room) {
    {
        const std::lock_guard lock(mutex_);
        const bool known = std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& each) { return each.board == board.id; });
        if (!known) waiting_.push_back({board.id, board.options.priority, token.copy()});
    }
    const bool own = room == Room::full_for_user;
    registry_.set_waiting(board.id, (own ? "you have " : "this server has ") +
                                        std::to_string(own ? settings_.awake_boards_per_user : settings_.awake_boards) +
                                        " boards awake, which is as many as it allows; this one starts when another falls asleep");
}

void Waker::stop_waiting(const BoardId& board) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.remove_if([&](const Waiting& each) { return each.board == board; });
    }
    registry_.set_waiting(board, {});
}

Answer<void> Waker::wake(const Token& token, const BoardId& id) {
    const auto board = registry_.find(id);
    if (!board) return problem(Code::no_such_board, "there is no board " + id.str());
    Room room = claim(*board);
    // Once: when others are as quick to take the slot, this board waits.
    if (room != Room::yes && make_room(token, *board)) room = claim(*board);
    if (room != Room::yes) {
        wait(token, *board, room);
        return {};
    }
    stop_waiting(id);
    auto started = start(token, id, false);
    if (started) {
        (void)registry_.wait(id, patience_of_start, [&](const Board& now) {
            return is_awake(now) || (now.state == State::failed && now.facts.invocation != board->facts.invocation);
        });
    }
    release(id);
    return started;
}

Answer<void> Waker::restart(const Token& token, const BoardId& id) {
    const auto board = registry_.find(id);
    // One that is not awake needs a slot like any other.
    if (board && !is_awake(*board)) return wake(token, id);
    return start(token, id, true);
}

Answer<void> Waker::sleep(const Token& token, const BoardId& board) {
    stop_waiting(board);
    auto asleep = launcher_.sleep(token, board);
    look_again_(board);
    return asleep;
}

void Waker::board_changed(const Board& board, bool gone) {
    if (gone) {
        const std::lock_guard lock(mutex_);
        waiting_.remove_if([&](const Waiting& each) { return each.board == board.id; });
    }
    if (!gone && is_awake(board)) return;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty()) return;
    }
    (void)lane_.add([this] { wake_the_next(); });
}

void Waker::wake_the_next() {
    for (;;) {
        std::list<Waiting> next;
        {
            const std::lock_guard lock(mutex_);
            // The highest priority among those for whom there is room; the first of equals has waited longest.
            auto best = waiting_.end();
            for (auto each = waiting_.begin(); each != waiting_.end(); ++each) {
                const auto board = registry_.find(each->board);
                if (board && room_for(*board) != Room::yes) continue;
                if (best == waiting_.end() || each->priority > best->priority) best = each;
            }
            if (best == waiting_.end()) return;
            next.splice(next.end(), waiting_, best);
        }
        if (const auto woken = wake(next.front().token, next.front().board); !woken) {
            // Its owner has logged out, most likely.
            log_event(Event::notice, "board " + next.front().board.str() + " waits no longer: " + woken.error().detail,
                      {{"BOARD_ID", next.front().board.str()}});
            registry_.set_waiting(next.front().board, {});
        }
    }
}

}  // namespace boardgate::boardgated
