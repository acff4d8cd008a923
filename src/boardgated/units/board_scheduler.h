// SPDX-License-Identifier: MIT
// Starts boards, within the limits of boardgate.conf: the one way by which boardgated wakes one. Before a board
// waits, the longest idle one of the same person is put to sleep; those that wait are woken by priority and then
// by time as others fall asleep.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <set>

#include "src/base/settings.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/common/thread_pool.h"
#include "src/boardgated/units/board_locks.h"

namespace boardgate::boardgated {

class BoardScheduler {
public:
    /// systemd has told of a job by then that it took.
    static constexpr std::chrono::milliseconds report_timeout{1000};

    /// `look_again` reads a board's units anew (UnitWatch::look_again).
    BoardScheduler(BoardLauncher& launcher, Registry& registry, const Settings& settings, std::function<void(const BoardId&)> look_again)
        : launcher_(launcher), registry_(registry), settings_(settings), look_again_(std::move(look_again)) {}

    /// Starts it, and its door again where that is gone; or lets it wait, which is no problem but a state.
    /// Returns when systemd has taken the job, not when the board answers.
    [[nodiscard]] ApiResult<void> wake(const Token& token, const BoardId& id);
    [[nodiscard]] ApiResult<void> restart(const Token& token, const BoardId& id);
    /// Stops it, or its waiting.
    /// `reason` is what its owner reads.
    [[nodiscard]] ApiResult<void> sleep(const Token& token, const BoardId& board, const std::string& reason = {});
    /// To be held while a board's door is made or removed, together with what the registry knows of it: a page that
    /// is still open would otherwise bring the door of a board back that is being deleted.
    [[nodiscard]] std::unique_lock<std::mutex> hold_door(const BoardId& board) { return doors_.hold(board); }
    /// A listener of the registry: a board that is not awake any more makes room.
    void board_changed(const Board& board, bool gone);
    /// Finishes what was begun and begins nothing more: before other listeners go, since it changes boards.
    void finish() { lane_.finish(); }

private:
    /// Somebody who waits, as the registry says. His token is kept as long, since the launcher will want to see it.
    struct Waiting {
        BoardId board;
        Token token;
    };
    enum class Room { yes, full_for_user, full_for_all };
    struct Claim {
        Room room;
        std::optional<BoardId> instead_of;  ///< without room: the slot of this one is had as soon as it sleeps
    };

    [[nodiscard]] ApiResult<std::uint16_t> make_lost_door(const Token& token, const BoardId& board);
    [[nodiscard]] ApiResult<void> start(const Token& token, const BoardId& board, bool anew);
    [[nodiscard]] bool keeps_slot(const Board& board) const;
    [[nodiscard]] Room room_for(const Board& board) const;
    [[nodiscard]] Claim claim(const BoardId& id);
    void release(const BoardId& board);
    [[nodiscard]] bool make_room(const Token& token, const BoardId& idle, const BoardId& board);
    [[nodiscard]] ApiResult<void> begin(const Token& token, const BoardId& id);
    void wait(const Token& token, const BoardId& board, Room room);
    void stop_waiting(const BoardId& board);
    void look_for_the_next();
    void wake_the_next();

    BoardLauncher& launcher_;
    Registry& registry_;
    const Settings& settings_;
    const std::function<void(const BoardId&)> look_again_;
    BoardLocks doors_;
    std::mutex mutex_;                  // guards the next three
    std::multiset<BoardId> beginning_;  // have a slot, and were not yet seen awake; once for each who wakes it
    std::set<BoardId> leaving_;         // awake, and their slots belong to others already
    std::list<Waiting> waiting_;
    ThreadPool lane_{"waiting", 1, 1000};
};

}  // namespace boardgate::boardgated
