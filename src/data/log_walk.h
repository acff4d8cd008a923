// SPDX-License-Identifier: MIT
// Finds event files below a log directory, as TensorBoard's data server does: regular files with `tfevents` in the name,
// at every depth, through links but not in circles. Their folder is their run.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boardgate::data {

/// What tells that a file is another one, or has changed.
struct FileLook {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t changed = 0;  ///< mtime in nanoseconds since 1970
    bool operator==(const FileLook&) const = default;
};

[[nodiscard]] FileLook look_of(const struct stat& info);

struct FoundFile {
    std::string path;
    FileLook look;
};

struct Findings {
    /// By name of the run, in UTF-8; the files in the order in which they are read.
    std::map<std::string, std::vector<FoundFile>> runs;
    /// Folders that could not be read, with errno.
    std::map<std::string, int> unreadable;
    /// Links with the name of an event file that lead nowhere.
    std::vector<std::string> dead_links;
    /// A folder or file with a profile, which a plugin shows; empty: none.
    std::string profile;
};

[[nodiscard]] Findings find_event_files(const std::string& log_directory);
/// In UTF-8, without the log directory.
[[nodiscard]] std::string name_below(const std::string& log_directory, std::string_view path);

}  // namespace boardgate::data
