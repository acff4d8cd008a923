// SPDX-License-Identifier: MIT
// When a board was last used, and when it sleeps. Use is a new connection or bytes that flow; a connection that
// is merely open, such as a silent WebSocket, keeps no board awake.
#pragma once

#include <algorithm>

#include "src/base/clock.h"

namespace boardgate::board {

class IdleTimer {
public:
    IdleTimer(const Clock& clock, std::chrono::seconds limit) : clock_(clock), limit_(limit), last_(clock.boot()) {}

    void used() { last_ = clock_.boot(); }
    /// Never negative.
    [[nodiscard]] std::chrono::milliseconds left() const {
        const BootTime left = last_ + limit_ - clock_.boot();
        return std::chrono::ceil<std::chrono::milliseconds>(std::max(left, BootTime::zero()));
    }
    [[nodiscard]] bool expired() const { return left() == std::chrono::milliseconds::zero(); }

private:
    const Clock& clock_;
    std::chrono::seconds limit_;
    BootTime last_;
};

}  // namespace boardgate::board
