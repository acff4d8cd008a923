// SPDX-License-Identifier: MIT
// When a board sleeps: a time after its last use, and after longest_awake even when it is in use. A new connection or
// traffic counts as use; an idle connection, such as a silent WebSocket, does not.
#pragma once

#include <algorithm>

#include "src/base/clock.h"

namespace boardgate::board {

class IdleTimer {
public:
    /// `longest_awake` counts from now; 0 means no limit.
    IdleTimer(const Clock& clock, std::chrono::seconds limit, std::chrono::seconds longest_awake = {})
        : clock_(clock), limit_(limit), last_(clock.boot()), end_(longest_awake.count() == 0 ? BootTime::max() : last_ + longest_awake) {}

    void set_limit(std::chrono::seconds limit) { limit_ = limit; }
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
