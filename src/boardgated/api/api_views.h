// SPDX-License-Identifier: MIT
// A visitor's look at a board: opens a view, after the board was woken if it may be.
#pragma once

#include "src/boardgated/api/call.h"
#include "src/boardgated/gate/gate.h"
#include "src/boardgated/sharing/shares.h"
#include "src/boardgated/sharing/views.h"
#include "src/boardgated/units/board_scheduler.h"

namespace boardgate::boardgated {

class ApiViews {
public:
    ApiViews(Registry& registry, Shares& shares, Views& views, const Gate& gate, FrontEnds& front_ends, BoardScheduler& scheduler,
             const Settings& settings)
        : registry_(registry),
          shares_(shares),
          views_(views),
          gate_(gate),
          front_ends_(front_ends),
          scheduler_(scheduler),
          settings_(settings) {}

    [[nodiscard]] ApiResult<Response> open(Call& call);
    [[nodiscard]] ApiResult<Response> close(Call& call);

private:
    [[nodiscard]] ApiResult<void> wake(const Call& call, const Board& board);
    [[nodiscard]] ApiResult<Response> opened(const Call& call, const Board& board, const std::optional<BoardShare>& share);

    Registry& registry_;
    Shares& shares_;
    Views& views_;
    const Gate& gate_;
    FrontEnds& front_ends_;
    BoardScheduler& scheduler_;
    const Settings& settings_;
};

}  // namespace boardgate::boardgated
