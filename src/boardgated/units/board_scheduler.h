// SPDX-License-Identifier: MIT
// Starts boards within the limits of boardgate.conf; boardgated starts no board in any other way. When a person's limit
// is reached, that person's longest idle board is put to sleep. When there is none, the new board waits. Waiting boards
// start as others fall asleep: the highest priority first, then the longest waiting.
#pragma once

#include <list>
#include <optional>
#include <set>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/base/settings.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/common/thread_pool.h"
#include "src/boardgated/units/board_locks.h"

namespace boardgate::boardgated {

class BoardScheduler {
public:
    /// systemd reports an accepted job within this time.
    static constexpr std::chrono::milliseconds report_timeout{1000};

    /// A waiting board that nobody asks for during this time, and whose owner has no page open, goes back to sleep.
    static constexpr std::chrono::seconds patience_with_visitor{30};

    /// What the scheduler asks others.
    struct Questions {
        /// Reads the present state of a board's units from systemd.
        std::function<void(const BoardId&)> refresh_units;
        /// Has this person a page of boardgate open?
        std::function<bool(std::uint32_t uid)> has_page_open;
        /// To whom is it shown? Root confines a board that is shown.
        std::function<std::vector<wire::ShownTo>(const BoardId&)> shown_to = [](const BoardId&) { return std::vector<wire::ShownTo>(); };
    };
    BoardScheduler(BoardLauncher& launcher, Registry& registry, const Settings& settings, const Clock& clock, Questions questions)
        : launcher_(launcher), registry_(registry), settings_(settings), clock_(clock), ask_(std::move(questions)) {}
    BoardScheduler(const BoardScheduler&) = delete;
    BoardScheduler& operator=(const BoardScheduler&) = delete;
    /// The work of each pool adds work to the other one, so both must be finished before one is destroyed.
    ~BoardScheduler() { finish(); }

    /// Starts the board, after making its door if that is missing, or lets the board wait: that is a state, no problem.
    /// Returns when systemd has accepted the job, not when the board answers. True for the first of all calls that wake it
    /// together; of the others, and for an awake board, false.
    [[nodiscard]] ApiResult<bool> wake(const Token& token, const BoardId& id) { return wake(token, id, Who::owner); }
    /// The same for somebody to whom the owner shows the board. It uses the owner's slots, and no board makes room for it.
    [[nodiscard]] ApiResult<bool> wake_shared(const Token& visitor, const BoardId& id) { return wake(visitor, id, Who::visitor); }
    [[nodiscard]] ApiResult<void> restart(const Token& token, const BoardId& id);
    /// Somebody asks for the waiting board.
    void looked_at(const BoardId& id);
    /// Puts waiting boards back to sleep whose visitors are gone. Called now and then.
    void sweep();
    /// Stops the board or ends its waiting. The owner sees `reason`.
    [[nodiscard]] ApiResult<void> sleep(const Token& token, const BoardId& board, const std::string& reason = {});
    /// Hold it while you make or remove a board's door together with its registry entry. Otherwise an open page could make the
    /// door again while the board is being deleted.
    [[nodiscard]] BoardLocks::Held hold_door(const BoardId& board) { return doors_.hold(board); }
    /// The answer to everybody who would wake a held board.
    [[nodiscard]] static Problem held_problem(const Hold& hold);
    /// The launcher found the board's door stopped by somebody else.
    void hold_stopped(const BoardId& board);
    /// A listener of the registry: a board that falls asleep frees a slot, and a door may have been stopped.
    void board_changed(const Board& board, bool gone);
    /// Finishes the work that is queued and accepts no more. Call it before other listeners are destroyed: the work changes
    /// boards.
    void finish() {
        waker_.finish();
        starts_.finish();
    }

private:
    /// Whose token it is.
    enum class Who { owner, visitor };
    /// A board in state waiting. The token is kept for the launcher, which checks it at the start.
    struct Waiting {
        BoardId board;
        Token token;
        std::uint32_t uid;
        BootTime looked_at;
        Who who;
    };
    enum class Room { yes, full_for_user, full_for_all };
    struct Claim {
        Room room;
        bool first;                      ///< no other call wakes this board now
        std::optional<BoardId> evicted;  ///< set if there is no room: the slot is free as soon as this board sleeps
    };
    struct Slots {
        std::multiset<BoardId> claimed{};  ///< have a slot and were not yet seen awake; one entry for each start in progress
        std::set<BoardId> leaving{};       ///< awake, but their slots are already given to others
        std::list<Waiting> waiting{};

        /// Does the board count as awake?
        [[nodiscard]] bool uses_slot(const Board& board) const { return is_awake(board) && !leaving.contains(board.id); }
    };

    [[nodiscard]] ApiResult<bool> wake(const Token& token, const BoardId& id, Who who);
    [[nodiscard]] ApiResult<std::uint16_t> make_lost_door(const Token& token, const BoardId& board);
    enum class How { wake, wake_shared, restart };
    [[nodiscard]] ApiResult<void> start(const Token& token, const BoardId& board, How how);
    [[nodiscard]] Room room_for(const Board& board, const Slots& slots) const;
    [[nodiscard]] static const Board* longest_idle(const std::vector<Board>& own, const BoardId& except, const Slots& slots);
    [[nodiscard]] Claim claim(const BoardId& id, Who who);
    void release(const BoardId& board);
    [[nodiscard]] bool make_room(const Token& token, const BoardId& idle, const BoardId& board);
    [[nodiscard]] bool has_visitor(const Waiting& waiting) const;
    [[nodiscard]] ApiResult<void> start_claimed(const Token& token, const BoardId& id, Who who);
    void add_waiting(const Token& token, const BoardId& board, std::uint32_t uid, Room room, Who who);
    void remove_waiting(const BoardId& board);
    void wake_next_later();
    void wake_next();
    void start_waiting(const Waiting& next);
    [[nodiscard]] std::optional<Waiting> take_next();

    BoardLauncher& launcher_;
    Registry& registry_;
    const Settings& settings_;
    const Clock& clock_;
    const Questions ask_;
    BoardLocks doors_;
    LockGuarded<Slots> slots_;
    ThreadPool waker_{"waiting", {1, 1, 1000, 1000}};
    /// Boards that waited. The start of one person's board may take long.
    ThreadPool starts_{"starts", {8, 1, 1000, 1000}};
};

}  // namespace boardgate::boardgated
