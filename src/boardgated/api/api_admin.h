// SPDX-License-Identifier: MIT
// For administrators: lists all boards with owner and state, shows the use of each limit and what each person has, puts boards
// to sleep and keeps them asleep. Never shows the content of a board: neither folder, title nor log.
#pragma once

#include "src/boardgated/api/administrators.h"
#include "src/boardgated/api/call.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/units/board_scheduler.h"

namespace boardgate::boardgated {

class ApiAdmin {
public:
    ApiAdmin(Registry& registry, BoardLauncher& launcher, BoardScheduler& scheduler, Administrators& administrators,
             const Settings& settings, const Clock& clock)
        : registry_(registry),
          launcher_(launcher),
          scheduler_(scheduler),
          administrators_(administrators),
          settings_(settings),
          clock_(clock) {}

    [[nodiscard]] ApiResult<Response> list(Call& call) const;
    [[nodiscard]] ApiResult<Response> sleep(Call& call);
    [[nodiscard]] ApiResult<Response> hold(Call& call);
    [[nodiscard]] ApiResult<Response> release(Call& call);

private:
    /// Asks the account directory each time.
    [[nodiscard]] ApiResult<void> admit(const Call& call) const;
    /// The board, for an administrator.
    [[nodiscard]] ApiResult<Board> any_board(const Call& call) const;

    Registry& registry_;
    BoardLauncher& launcher_;
    BoardScheduler& scheduler_;
    Administrators& administrators_;
    const Settings& settings_;
    const Clock& clock_;
};

}  // namespace boardgate::boardgated
