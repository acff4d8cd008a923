// SPDX-License-Identifier: MIT
// The response to a request for a board that the gate refused, or whose board closed the connection; nginx sends it
// here. A sleeping board is woken and waited for; everything else is explained on a page.
#pragma once

#include <memory>

#include "src/boardgated/common/thread_pool.h"
#include "src/boardgated/gate/gate.h"
#include "src/boardgated/units/board_scheduler.h"

namespace boardgate::boardgated {

class BoardAnswer {
public:
    BoardAnswer(const Gate& gate, BoardScheduler& scheduler, const Registry& registry, ThreadPool& launches)
        : gate_(gate), scheduler_(scheduler), registry_(registry), launches_(launches) {}

    /// Answers now, or from a thread of the pool when the board must be woken first.
    void handle(std::unique_ptr<Request> request);

private:
    void wake_and_answer(Request& request, const Session& session, const BoardId& id, bool navigation);

    const Gate& gate_;
    BoardScheduler& scheduler_;
    const Registry& registry_;
    ThreadPool& launches_;
};

}  // namespace boardgate::boardgated
