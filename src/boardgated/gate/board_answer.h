// SPDX-License-Identifier: MIT
// Answers requests to boards that the gate refused, or whose board closed the connection: nginx sends these here. Wakes a
// sleeping board and waits for it. Otherwise the response is a page or a problem that explains why not.
#pragma once

#include <memory>

#include "src/boardgated/common/thread_pool.h"
#include "src/boardgated/gate/gate.h"
#include "src/boardgated/units/board_scheduler.h"

namespace boardgate::boardgated {

class BoardAnswer {
public:
    BoardAnswer(const Gate& gate, BoardScheduler& scheduler, const Registry& registry, FrontEnds& front_ends, ThreadPool& launches)
        : gate_(gate), scheduler_(scheduler), registry_(registry), front_ends_(front_ends), launches_(launches) {}

    /// A board that is not reached (BG_ROLE board_answer), or what the bar on its page shows (board_about). Answers immediately,
    /// or from a thread of the pool if the board must wake first.
    void handle(std::unique_ptr<Request> request);

private:
    void wake_and_answer(Request& request, const Session& session, const BoardId& id, bool navigation);

    const Gate& gate_;
    BoardScheduler& scheduler_;
    const Registry& registry_;
    FrontEnds& front_ends_;
    ThreadPool& launches_;
};

}  // namespace boardgate::boardgated
