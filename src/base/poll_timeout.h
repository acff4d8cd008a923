// SPDX-License-Identifier: MIT
// How long poll(2) waits for the next time at which there is something to do.
#pragma once

#include <algorithm>
#include <optional>

#include "src/base/clock.h"

namespace boardgate {

/// Milliseconds, at most an hour; 0 when it is past.
[[nodiscard]] inline int poll_timeout(std::optional<BootTime> next, BootTime now) {
    using std::chrono::milliseconds;
    constexpr milliseconds longest = std::chrono::hours(1);
    if (!next) return static_cast<int>(longest.count());
    return static_cast<int>(std::clamp(std::chrono::ceil<milliseconds>(*next - now), milliseconds(0), longest).count());
}

}  // namespace boardgate
