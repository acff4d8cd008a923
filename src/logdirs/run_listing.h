// SPDX-License-Identifier: MIT
// All runs below some folders at a moment.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "src/logdirs/folders.h"
#include "src/logdirs/walk.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

/// A folder that directly holds event files.
struct Run {
    std::string path;
    std::size_t start = 0;      ///< the index of its root
    std::int64_t newest = 0;    ///< change time of the newest file, seconds since 1970
    std::uint64_t bytes = 0;    ///< of all event files
    std::uint64_t largest = 0;  ///< of one
    std::uint32_t event_files = 0;
    std::vector<std::string> names{};  ///< of the latest event files, in the order in which they are read
    std::int64_t changed = 0;          ///< Seen::changed

    [[nodiscard]] bool same_content(const Run& other) const {
        return newest == other.newest && bytes == other.bytes && event_files == other.event_files && changed == other.changed;
    }
};

struct RunListing {
    std::vector<std::string> roots{};
    std::vector<Run> runs{};
    std::uint32_t looked_at = 0;  ///< folders
    std::uint32_t copies = 0;     ///< runs in folders of copies
    std::uint32_t left_out = 0;   ///< runs whose path is no LogDir
    std::vector<std::string> silent{};
    bool complete = true;

    [[nodiscard]] bool same_runs(const RunListing& other) const {
        return std::equal(runs.begin(), runs.end(), other.runs.begin(), other.runs.end(),
                          [](const Run& a, const Run& b) { return a.same_content(b) && a.start == b.start && a.path == b.path; });
    }
    std::int64_t as_of = 0;  ///< seconds since 1970
    BootTime looked{};       ///< when the look ended
};

/// Returns false to stop the look.
using TellProgress = std::function<bool(wire::RunsProgress)>;

/// Of a look that goes on.
struct LookWatcher {
    TellProgress progress;
    /// What was found until now, whenever that is more than twice as much. May be empty. False stops the look.
    std::function<bool(const RunListing& so_far)> early{};
};

/// Null when the watcher stopped it. `roots` are folders that the user may read.
[[nodiscard]] std::shared_ptr<RunListing> look_for_runs(Folders& folders, const std::vector<std::string>& roots, const Budget& budget,
                                                        std::size_t most_found, std::shared_ptr<DirectoryCache> cache,
                                                        const LookWatcher& watcher,
                                                        std::chrono::milliseconds patience = patience_with_a_folder);

/// The run as it is now; nothing if it is gone.
[[nodiscard]] std::optional<Run> looked_at_again(const Run& run);

}  // namespace boardgate::logdirs
