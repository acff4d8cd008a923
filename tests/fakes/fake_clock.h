// SPDX-License-Identifier: MIT
// A clock that a test moves.
#pragma once

#include <atomic>

#include "src/base/clock.h"

namespace boardgate::fakes {

class FakeClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override { return wall_; }
    [[nodiscard]] BootTime boot() const override { return boot_; }
    void advance(std::chrono::nanoseconds by) {
        wall_ = wall() + std::chrono::duration_cast<std::chrono::microseconds>(by);
        boot_ = boot() + by;
    }
    /// Sets the wall clock; the boot clock does not change.
    void set_wall(WallTime wall) { wall_ = wall; }

private:
    std::atomic<WallTime> wall_{WallTime(std::chrono::seconds(1'800'000'000))};
    std::atomic<BootTime> boot_{std::chrono::hours(1)};
};

}  // namespace boardgate::fakes
