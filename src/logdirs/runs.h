// SPDX-License-Identifier: MIT
// Finds the runs below some folders, newest first, with a curve or two of each. Time, entries, depth and bytes are
// bounded.
#pragma once

#include <functional>

#include "src/logdirs/folders.h"
#include "src/logdirs/walk.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

/// The receivers of results; each returns false to stop the search.
struct RunsTaker {
    std::function<bool(wire::RunsProgress)> progress;
    std::function<bool(wire::RunFound)> found;
    std::function<bool(wire::RunsEnd)> end;
};

struct RunsBudget {
    Budget look{std::chrono::seconds(8), 200000, 16};
    std::chrono::milliseconds read = std::chrono::seconds(6);
    std::chrono::milliseconds read_later = std::chrono::seconds(18);  ///< while the rows are shown already
    std::chrono::milliseconds read_one = std::chrono::seconds(5);     ///< of these; the receiver waits for each
    std::size_t most_found = 20000;
};

/// `roots` are folders that the user may read.
void find_runs(Folders& folders, const std::vector<std::string>& roots, std::size_t limit, const RunsTaker& taker,
               const RunsBudget& budget = {});

/// The default roots of an account: `~` and `%h` are its home, `%u` its name.
[[nodiscard]] std::vector<std::string> expanded_roots(const std::vector<std::string>& written, const std::string& home,
                                                      const std::string& user);

}  // namespace boardgate::logdirs
