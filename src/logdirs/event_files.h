// SPDX-License-Identifier: MIT
// Finds event files below a folder as TensorBoard finds them: by `tfevents` in the name, through links, too. Opens
// folders only.
#pragma once

#include <chrono>
#include <cstdint>

#include "src/base/clock.h"
#include "src/base/fd.h"

namespace boardgate::logdirs {

/// How much of a look is enough: a person waits for it.
struct Budget {
    std::chrono::milliseconds time{1000};
    std::size_t entries = 20000;
};

struct EventFiles {
    std::uint32_t count = 0;
    std::int64_t newest = 0;       ///< change time of the newest, seconds since 1970; 0 without one
    std::uint32_t unreadable = 0;  ///< folders that could not be opened
    bool complete = true;          ///< the budget was enough
};

/// Looks at the folder and all below, nearest first.
[[nodiscard]] EventFiles find_event_files(const Fd& folder, const Clock& clock, Budget budget = {});

}  // namespace boardgate::logdirs
