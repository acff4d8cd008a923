// SPDX-License-Identifier: MIT
// What somebody gets who asked for a board and did not reach it: nginx comes here when the gate said no, or when
// the board hung up. A sleeping board is woken and waited for; the rest is explained.
#pragma once

#include <memory>

#include "src/boardgated/gate.h"
#include "src/boardgated/waker.h"
#include "src/boardgated/work_lane.h"

namespace boardgate::boardgated {

class BoardAnswer {
public:
    BoardAnswer(const Gate& gate, Waker& waker, const Registry& registry, WorkLane& launches)
        : gate_(gate), waker_(waker), registry_(registry), launches_(launches) {}

    /// Answers now, or from the lane when the board must be woken first.
    void handle(std::unique_ptr<Request> request);

private:
    void wake_and_answer(Request& request, const Session& session, const BoardId& board, bool navigation);

    const Gate& gate_;
    Waker& waker_;
    const Registry& registry_;
    WorkLane& launches_;
};

}  // namespace boardgate::boardgated
