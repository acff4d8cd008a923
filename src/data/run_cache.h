// SPDX-License-Identifier: MIT
// What was read of runs, in files of the board's owner, so that a board that wakes reads only what came since. One file for
// each run, written whole or not at all; a file that is not exactly what it should be is not used. The folder has a bound,
// and what was not used for longest goes first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boardgate::data {

class RunCache {
public:
    /// `rules`: what else decides what a run holds, such as the numbers of points that are kept.
    RunCache(std::string folder, std::uint64_t most_bytes, std::string rules)
        : folder_(std::move(folder)), most_bytes_(most_bytes), rules_(std::move(rules)) {}

    // `run` is the folder of the run.
    [[nodiscard]] std::optional<std::string> load(const std::string& run) const;
    /// False where it cannot be written, which is no fault: the run is read anew.
    bool store(const std::string& run, std::string_view state);
    /// Keeps the bound, and removes what a writer that ended left.
    void trim() const;

private:
    [[nodiscard]] std::string header(const std::string& run) const;
    [[nodiscard]] std::string path_of(const std::string& run) const;

    std::string folder_;
    std::uint64_t most_bytes_;
    std::string rules_;
};

}  // namespace boardgate::data
