// SPDX-License-Identifier: MIT
// When a board sleeps: so long after its last use, and after the site's longest time awake even when it is
// used. Use is a new connection or bytes that flow; a connection that is merely open, such as a silent
// WebSocket, keeps no board awake.
#pragma once

#include <algorithm>

#include "src/base/clock.h"

namespace boardgate::board {

class IdleTimer {
public:
    /// `longest_awake` counts from now on; 0 sets no such end.
    IdleTimer(const Clock& clock, std::chrono::seconds limit, std::chrono::seconds longest_awake = {})
        : clock_(clock), limit_(limit), last_(clock.boot()), end_(longest_awake.count() == 0 ? BootTime::max() : last_ + longest_awake) {}

    void used() { last_ = clock_.boot(); }
    /// Never negative.
    [[nodiscard]] std::chrono::milliseconds left() const {
        const BootTime left = std::min(last_ + limit_, end_) - clock_.boot();
        return std::chrono::ceil<std::chrono::milliseconds>(std::max(left, BootTime::zero()));
    }
    [[nodiscard]] bool expired() const { return left() == std::chrono::milliseconds::zero(); }

private:
    const Clock& clock_;
    std::chrono::seconds limit_;
    BootTime last_;
    BootTime end_;
};

}  // namespace boardgate::board
