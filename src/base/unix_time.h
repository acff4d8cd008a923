// SPDX-License-Identifier: MIT
// Times as the database has them: whole seconds since 1970.
#pragma once

#include <cstdint>

#include "src/base/clock.h"

namespace boardgate {

[[nodiscard]] inline std::int64_t seconds_of(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
[[nodiscard]] inline WallTime time_of(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

}  // namespace boardgate
