// SPDX-License-Identifier: MIT
// Scans the event files below a log directory repeatedly: their number, unreadable folders, and replaced files. Reads only
// names and inodes, and opens no file but the linked ones of a confined board.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <unordered_map>
#include <vector>

namespace boardgate::board {

struct Scan {
    std::size_t event_files = 0;
    std::size_t unreadable = 0;           ///< folders that cannot be listed
    bool missing = false;                 ///< the log directory itself does not exist
    bool complete = true;                 ///< whether the bounds were enough
    std::vector<std::string> replaced{};  ///< event files that were replaced since the previous scan, or whose rights changed
    std::size_t linked = 0;               ///< unreadable folders and event files to which a link leads
    std::vector<std::string> circles{};   ///< links to a folder above them
    bool followed = false;                ///< the replaced files have new names for TensorBoard (LinkFarm)
};

class LogFiles {
public:
    /// The bounds of a scan; it does not watch files beyond them. TensorBoard has no such bounds, but is too slow for
    /// larger folders anyway.
    struct Bounds {
        std::size_t entries = 500'000;
        std::size_t depth = 64;
        bool open_links = false;  ///< whether linked event files are opened, to learn whether they can be read
    };
    explicit LogFiles(std::string folder);
    LogFiles(std::string folder, Bounds bounds);

    [[nodiscard]] Scan scan();

private:
    struct Identity {
        dev_t device;
        ino_t inode;
        friend bool operator==(const Identity&, const Identity&) = default;
    };
    struct Rights {
        mode_t mode;
        uid_t uid;
        gid_t gid;
        friend bool operator==(const Rights&, const Rights&) = default;
    };
    struct File {
        Identity identity;
        off_t size;
        timespec changed;
        Rights rights;
        std::uint64_t seen;    ///< number of the last scan that found it
        bool shorter = false;  ///< it was shorter at the last scan than before
    };
    /// False: it is one of those above it.
    bool scan_folder(int folder, const std::string& path);
    void scan_entry(int folder, const std::string& path, const char* name, bool event_file);
    [[nodiscard]] static bool is_replaced(File& known, const File& now);

    std::string folder_;
    Bounds bounds_;
    std::unordered_map<std::string, File> files_;
    std::uint64_t number_ = 0;
    // State of the current scan:
    Scan found_;
    std::size_t entries_left_ = 0;
    std::vector<Identity> above_;  ///< the folders above, to detect cycles of links
};

}  // namespace boardgate::board
