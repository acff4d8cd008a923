// SPDX-License-Identifier: MIT
#include "src/boardgated/units/board_scheduler.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

/// TensorBoard ends within this time after SIGTERM (TimeoutStopSec= of the drop-in is longer).
constexpr std::chrono::seconds patience_of_stop{5};
/// systemd reports a start within this time, if at all.
constexpr std::chrono::seconds patience_of_start{2};

/// When the board was last viewed or last changed its state.
WallTime last_use(const Board& board) { return std::max(board.state_since, board.last_viewed.value_or(WallTime{})); }

tl::unexpected<Problem> no_such_board(const BoardId& board) {
    return problem(Code::no_such_board, fmt::format("there is no board {}", board.str()));
}

}  // namespace

Problem BoardScheduler::held_problem(const Hold& hold) {
    return {Code::held, fmt::format("{} holds this board asleep: {}", hold.by, hold.reason)};
}

/// For a board whose record the launcher has lost, or made for another home or an earlier name of the account.
ApiResult<std::uint16_t> BoardScheduler::make_lost_door(const Token& token, const BoardId& board) {
    const auto held = hold_door(board);
    const auto known = registry_.find(board);
    if (!known) return problem(Code::no_such_board, fmt::format("board {} was deleted meanwhile", board.str()));
    log_event(Event::reconciled, fmt::format("the launcher has no door of board {}; boardgate makes it again", board.str()),
              {{"BOARD_ID", board.str()}});
    auto port = launcher_.make_door(token, door_spec(board, known->options, known->home), known->port);
    if (const auto shown = ask_.shown_to(board); port && !shown.empty()) {
        if (const auto kept = launcher_.show_to(token, board, shown); !kept) return error_of(kept);
    }
    return port;
}

void BoardScheduler::hold_stopped(const BoardId& board) {
    const auto known = registry_.find(board);
    if (!known || known->held) return;
    if (const auto held = registry_.set_hold(board, Hold{"root", "its socket was stopped with systemctl", clock_.wall()}); !held)
        log_event(Event::storage_fault, held.error().text());
    log_event(Event::notice,
              fmt::format("the door of board {} was stopped with systemctl; it stays closed until it is released", board.str()),
              {{"BOARD_ID", board.str()}});
}

ApiResult<void> BoardScheduler::start(const Token& token, const BoardId& board, How how) {
    const auto known = registry_.find(board);
    const std::string home = known ? known->home : std::string();
    auto port = how == How::restart       ? launcher_.restart(token, board, home)
                : how == How::wake_shared ? launcher_.wake_shared(token, board, home)
                                          : launcher_.wake(token, board, home);
    // Only the owner can make a door.
    if (!port && port.error().code == Code::no_such_board && how != How::wake_shared) {
        if (port = make_lost_door(token, board); port) port = launcher_.wake(token, board, home);
    }
    ask_.refresh_units(board);
    if (!port) {
        // Its door was stopped with systemctl, which is as good as a hold.
        if (port.error().code == Code::held) hold_stopped(board);
        return error_of(port);
    }
    if (const auto now = registry_.find(board); now && now->held) {
        // The hold came while it started. (A visitor's token stops nothing; the gate refuses a held board all the same.)
        (void)launcher_.sleep(token, board);
        return tl::make_unexpected(held_problem(*now->held));
    }
    if (const auto kept = registry_.set_port(board, *port); !kept) log_event(Event::storage_fault, kept.error().text());
    return {};
}

BoardScheduler::Room BoardScheduler::room_for(const Board& board, const Slots& slots) const {
    std::int64_t all = 0;
    std::int64_t own = 0;
    registry_.for_each([&](const Board& other) {
        if (other.id == board.id || !(slots.uses_slot(other) || slots.claimed.contains(other.id))) return;
        ++all;
        if (other.uid == board.uid) ++own;
    });
    registry_.for_each_hidden([&](const Registry::Hidden& hidden) {
        if (!hidden.awake) return;
        ++all;
        if (hidden.uid == board.uid) ++own;
    });
    if (own >= settings_.awake_boards_per_user) return Room::full_for_user;
    return all >= settings_.awake_boards ? Room::full_for_all : Room::yes;
}

const Board* BoardScheduler::longest_idle(const std::vector<Board>& own, const BoardId& except, const Slots& slots) {
    const Board* idle = nullptr;
    for (const Board& board : own) {
        if (board.id == except || board.state != State::ready || slots.leaving.contains(board.id)) continue;
        if (idle == nullptr || last_use(board) < last_use(*idle)) idle = &board;
    }
    return idle;
}

/// Claims a slot, if necessary that of the same person's longest idle board; never for a visitor. release() ends the claim; from then on a board
/// has a slot because it is awake.
BoardScheduler::Claim BoardScheduler::claim(const BoardId& id, Who who) {
    const auto slots = slots_.lock();
    const auto board = registry_.find(id);
    if (!board) return {Room::yes, false, {}};  // start_claimed() reports the missing board
    const bool awake = slots->uses_slot(*board);
    const bool waits = std::ranges::find(slots->waiting, id, &Waiting::board) != slots->waiting.end();
    Claim claim{awake ? Room::yes : room_for(*board, *slots), !awake && !waits && !slots->claimed.contains(id), {}};
    if (claim.room != Room::yes) {
        if (who == Who::visitor) return claim;
        const auto own = registry_.boards_of(board->uid);
        const Board* idle = longest_idle(own, id, *slots);
        if (idle == nullptr) return claim;
        slots->leaving.insert(idle->id);
        claim.evicted = idle->id;
    }
    slots->claimed.insert(id);
    return claim;
}

void BoardScheduler::release(const BoardId& board) {
    {
        const auto slots = slots_.lock();
        if (const auto found = slots->claimed.find(board); found != slots->claimed.end()) slots->claimed.erase(found);
    }
    wake_next_later();  // the slot may be free now, and other boards may wait for it
}

/// Puts the idle board to sleep whose slot is needed; false when it stays awake.
bool BoardScheduler::make_room(const Token& token, const BoardId& idle, const BoardId& board) {
    bool asleep = false;
    const auto other = registry_.find(board);
    registry_.set_asleep_because(idle, fmt::format("it made room for {}", other ? other->options.title : board.str()));
    if (launcher_.sleep(token, idle)) {
        log_event(Event::notice, fmt::format("board {} is put to sleep to make room for {}", idle.str(), board.str()),
                  {{"BOARD_ID", idle.str()}});
        ask_.refresh_units(idle);
        const auto now = registry_.wait(idle, patience_of_stop, [](const Board& leaving) { return !is_awake(leaving); });
        asleep = !now || !is_awake(*now);
    }
    if (!asleep) registry_.set_asleep_because(idle, {});
    slots_.lock()->leaving.erase(idle);
    return asleep;
}

void BoardScheduler::add_waiting(const Token& token, const BoardId& board, std::uint32_t uid, Room room, Who who) {
    const bool own = room == Room::full_for_user;
    registry_.set_waiting(
        board, fmt::format("{} {} boards awake, which is the limit; this one starts when another one sleeps",
                           own ? "you have" : "this server has", own ? settings_.awake_boards_per_user : settings_.awake_boards));
    {
        const auto slots = slots_.lock();
        const auto known = std::ranges::find(slots->waiting, board, &Waiting::board);
        if (known == slots->waiting.end()) {
            slots->waiting.push_back({board, token.copy(), uid, clock_.boot(), who});
        } else {
            known->looked_at = clock_.boot();
            if (who == known->who || who == Who::owner) {
                known->token = token.copy();  // the newer login ends later
                known->who = who;
            }
        }
    }
    wake_next_later();  // a slot may have become free before this board was in the list
}

void BoardScheduler::remove_waiting(const BoardId& board) {
    slots_.lock()->waiting.remove_if([&](const Waiting& each) { return each.board == board; });
    registry_.set_waiting(board, {});
}

/// Starts a board that has claimed a slot, and releases the claim as soon as the board itself counts as awake.
ApiResult<void> BoardScheduler::start_claimed(const Token& token, const BoardId& id, Who who) {
    remove_waiting(id);
    const auto before = registry_.find(id);
    auto started = before ? start(token, id, who == Who::owner ? How::wake : How::wake_shared) : no_such_board(id);
    if (started) {
        (void)registry_.wait(id, patience_of_start, [&](const Board& now) {
            const bool restarted = !now.facts.invocation.empty() && now.facts.invocation != before->facts.invocation;
            return is_awake(now) || restarted;  // the new start may have ended already
        });
    }
    release(id);
    return started;
}

ApiResult<bool> BoardScheduler::wake(const Token& token, const BoardId& id, Who who) {
    const auto board = registry_.find(id);
    if (!board) return no_such_board(id);
    if (board->held) return tl::make_unexpected(held_problem(*board->held));
    const Claim claimed = claim(id, who);
    if (claimed.room != Room::yes) {
        const bool has_slot = claimed.evicted && make_room(token, *claimed.evicted, id);
        if (claimed.evicted && !has_slot) release(id);
        if (!has_slot) {
            add_waiting(token, id, board->uid, claimed.room, who);
            return claimed.first;
        }
    }
    if (const auto started = start_claimed(token, id, who); !started) return error_of(started);
    return claimed.first;
}

void BoardScheduler::looked_at(const BoardId& id) {
    const auto slots = slots_.lock();
    const auto known = std::ranges::find(slots->waiting, id, &Waiting::board);
    if (known != slots->waiting.end()) known->looked_at = clock_.boot();
}

bool BoardScheduler::has_visitor(const Waiting& waiting) const {
    return clock_.boot() - waiting.looked_at <= patience_with_visitor || ask_.has_page_open(waiting.uid);
}

void BoardScheduler::sweep() {
    std::vector<BoardId> left;
    {
        const auto slots = slots_.lock();
        std::erase_if(slots->waiting, [&](const Waiting& each) {
            if (has_visitor(each)) return false;
            left.push_back(each.board);
            return true;
        });
    }
    for (const BoardId& board : left) {
        registry_.set_asleep_because(board, "nobody waited for it any more");
        registry_.set_waiting(board, {});
    }
}

ApiResult<void> BoardScheduler::restart(const Token& token, const BoardId& id) {
    const auto board = registry_.find(id);
    if (board && board->held) return tl::make_unexpected(held_problem(*board->held));
    const bool has_slot = board && slots_.lock()->uses_slot(*board);
    return has_slot ? start(token, id, How::restart) : wake(token, id).map([](bool) {});
}

ApiResult<void> BoardScheduler::sleep(const Token& token, const BoardId& board, const std::string& reason) {
    remove_waiting(board);
    registry_.set_asleep_because(board, reason);
    auto asleep = launcher_.sleep(token, board);
    if (!asleep) registry_.set_asleep_because(board, {});
    ask_.refresh_units(board);
    return asleep;
}

void BoardScheduler::board_changed(const Board& board, bool gone) {
    if (gone || !is_awake(board)) wake_next_later();
    if (!gone && !board.held && board.state == State::off && board.state_before != State::off) {
        (void)starts_.add(share_of(board.uid), [this, id = board.id] {
            const auto open = launcher_.check_door(id);
            if (!open && open.error().code == Code::held) return hold_stopped(id);
            const auto resting = launcher_.resting_of({id});
            if (resting && !resting->empty()) registry_.set_resting(id);
        });
    }
}

void BoardScheduler::wake_next_later() {
    if (slots_.lock()->waiting.empty()) return;
    (void)waker_.add({}, [this] { wake_next(); });
}

/// Removes the next board from the list and claims a slot for it. Next is the highest priority of the boards that have room,
/// and among equals the longest waiting.
std::optional<BoardScheduler::Waiting> BoardScheduler::take_next() {
    const auto slots = slots_.lock();
    auto best = slots->waiting.end();
    std::int64_t highest = 0;
    for (auto each = slots->waiting.begin(); each != slots->waiting.end();) {
        const auto board = registry_.find(each->board);
        if (!board || board->state != State::waiting) {
            each = slots->waiting.erase(each);
            continue;
        }
        if (has_visitor(*each) && room_for(*board, *slots) == Room::yes &&
            (best == slots->waiting.end() || board->options.priority > highest)) {
            best = each;
            highest = board->options.priority;
        }
        ++each;
    }
    if (best == slots->waiting.end()) return std::nullopt;
    slots->claimed.insert(best->board);
    std::optional<Waiting> next(std::move(*best));
    slots->waiting.erase(best);
    return next;
}

void BoardScheduler::start_waiting(const Waiting& next) {
    if (const auto started = start_claimed(next.token, next.board, next.who); !started) {
        // Most likely its owner has logged out.
        log_event(Event::notice, fmt::format("board {} stops waiting: {}", next.board.str(), started.error().detail),
                  {{"BOARD_ID", next.board.str()}});
    }
}

void BoardScheduler::wake_next() {
    while (auto taken = take_next()) {
        const auto next = std::make_shared<const Waiting>(*std::move(taken));
        const auto board = registry_.find(next->board);
        const Share share = board ? share_of(board->uid) : Share();
        if (!starts_.add(share, [this, next] { start_waiting(*next); })) release(next->board);
    }
}

}  // namespace boardgate::boardgated
