// SPDX-License-Identifier: MIT
// How many event files are in folders and below them.
#pragma once

#include <string>
#include <vector>

#include "src/logdirs/walk.h"

namespace boardgate::logdirs {

struct EventFiles {
    bool readable = false;          ///< the folder itself
    std::uint32_t direct = 0;       ///< in the folder itself
    std::uint32_t count = 0;        ///< in it and at every depth below
    std::uint32_t runs = 0;         ///< folders that hold them
    std::int64_t newest = 0;        ///< change time of the newest, seconds since 1970; 0 without one
    std::uint32_t unreadable = 0;   ///< folders that could not be opened
    std::string unreadable_folder;  ///< the first of them
    bool complete = true;           ///< the budget was enough
    std::string common;             ///< the deepest folder that holds them all
};

[[nodiscard]] EventFiles find_event_files(const std::string& folder, const Clock& clock, Budget budget = {});
/// The same for several folders that share a budget.
[[nodiscard]] std::vector<EventFiles> find_event_files(const std::vector<std::string>& folders, const Clock& clock, Budget budget);

}  // namespace boardgate::logdirs
