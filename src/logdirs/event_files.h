// SPDX-License-Identifier: MIT
// Counts the event files in and below folders.
#pragma once

#include <string>
#include <vector>

#include "src/base/file_notices.h"
#include "src/logdirs/walk.h"

namespace boardgate::logdirs {

struct EventFiles {
    bool readable = false;          ///< whether the folder itself is readable
    std::uint32_t direct = 0;       ///< directly in the folder
    std::uint32_t count = 0;        ///< in the folder, at any depth
    std::uint32_t runs = 0;         ///< folders with event files
    std::int64_t newest = 0;        ///< change time of the newest event file, seconds since 1970; 0 if there is none
    std::uint32_t unreadable = 0;   ///< folders that could not be opened
    std::string unreadable_folder;  ///< the first of them
    bool complete = true;           ///< whether the budget was enough
    std::string common;             ///< the deepest folder that contains them all
};

/// `notices`, if any, gets what the first bytes of the files tell.
[[nodiscard]] EventFiles find_event_files(const std::string& folder, const Clock& clock, Budget budget = {},
                                          FileNotices* notices = nullptr);
/// The same for several folders that share a budget.
[[nodiscard]] std::vector<EventFiles> find_event_files(const std::vector<std::string>& folders, const Clock& clock, Budget budget,
                                                       FileNotices* notices = nullptr);

}  // namespace boardgate::logdirs
