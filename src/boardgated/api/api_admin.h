// SPDX-License-Identifier: MIT
// For administrators: lists all boards with owner and state, shows the use of each limit, and puts boards to sleep. Never
// shows the content of a board: neither folder, title nor log.
#pragma once

#include "src/boardgated/api/administrators.h"
#include "src/boardgated/api/call.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/units/board_scheduler.h"

namespace boardgate::boardgated {

class ApiAdmin {
public:
    ApiAdmin(const Registry& registry, BoardScheduler& scheduler, Administrators& administrators, const Settings& settings)
        : registry_(registry), scheduler_(scheduler), administrators_(administrators), settings_(settings) {}

    [[nodiscard]] ApiResult<Response> list(Call& call) const;
    [[nodiscard]] ApiResult<Response> sleep(Call& call);

private:
    /// Asks the account directory each time.
    [[nodiscard]] ApiResult<void> admit(const Call& call) const;

    const Registry& registry_;
    BoardScheduler& scheduler_;
    Administrators& administrators_;
    const Settings& settings_;
};

}  // namespace boardgate::boardgated
