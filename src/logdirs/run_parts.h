// SPDX-License-Identifier: MIT
// Folds what belongs to one run into it: PyTorch's add_scalars makes a folder for each line, add_hparams one for each call,
// below the folder of the run that calls them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/logdirs/run_listing.h"

namespace boardgate::logdirs {

/// A run with its parts.
struct WholeRun {
    const Run* run = nullptr;
    std::vector<const Run*> parts{};
    std::int64_t newest = 0;  ///< these three with the parts
    std::uint64_t bytes = 0;
    std::uint32_t event_files = 0;

    /// From one list of runs to an equal one.
    void move_to(const std::vector<Run>& from, const std::vector<Run>& to) {
        run = &to[static_cast<std::size_t>(run - from.data())];
        for (const Run*& part : parts) part = &to[static_cast<std::size_t>(part - from.data())];
    }
};

/// The order of folders in a tree: a folder comes directly before what is below it. Numbers in names count.
[[nodiscard]] bool path_before(std::string_view a, std::string_view b);

/// In the order of paths.
[[nodiscard]] std::vector<WholeRun> whole_runs(const std::vector<Run>& runs);

}  // namespace boardgate::logdirs
