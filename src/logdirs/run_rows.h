// SPDX-License-Identifier: MIT
// From runs to the rows of a table: searched, sorted, and as a tree in which a folder with many runs is one row.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/logdirs/run_parts.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

struct RunRow {
    const WholeRun* run = nullptr;  ///< null in the row of a folder
    std::string path;
    std::string name;  ///< below the row above it, or below the root
    std::uint8_t depth = 0;
    bool open = false;
    std::uint32_t runs = 0;  ///< below a folder
    std::int64_t newest = 0;
    std::uint64_t bytes = 0;
    std::uint32_t event_files = 0;
};

/// The number that a sort looks at; nothing if it is unknown.
using NumberOf = std::function<std::optional<double>(const WholeRun& run)>;

struct RowOrder {
    wire::RunSort sort = wire::RunSort::newest;
    bool reversed = false;
    NumberOf number{};  ///< for step and value
};

/// A folder with more runs than this is closed.
inline constexpr std::size_t most_in_open_folder = 10;

/// Whether the path of the run, or of a part of it, contains all words of the query.
[[nodiscard]] bool matches(const WholeRun& run, const std::vector<std::string>& words);
[[nodiscard]] std::vector<std::string> words_of(const std::string& query);

/// `runs` in the order of paths (whole_runs), here and below. `newest`, `step`, `bytes` and `value` put the largest first, `name` goes from A to Z; unknown numbers come last.
[[nodiscard]] std::vector<RunRow> flat_rows(const std::vector<const WholeRun*>& runs, const std::vector<std::string>& roots,
                                            const RowOrder& order);
/// A folder with one run is part of that run's name.
[[nodiscard]] std::vector<RunRow> tree_rows(const std::vector<const WholeRun*>& runs, const std::vector<std::string>& roots,
                                            const RowOrder& order);

}  // namespace boardgate::logdirs
