// SPDX-License-Identifier: MIT
// The event files below a log directory, looked at again and again: how many, what cannot be read, and which
// are no longer the files they were. Names and inodes only; no file is opened.
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
    std::size_t unreadable = 0;  ///< folders that may not be listed
    bool missing = false;        ///< the log directory itself is not there
    bool complete = true;        ///< the bounds were enough
    std::string replaced;        ///< an event file that was replaced since the look before; empty: none was
};

class LogFiles {
public:
    /// Beyond these a look ends; what it has not reached is not watched. TensorBoard has no such bounds, but
    /// it takes long enough for such folders to be of little use.
    struct Bounds {
        std::size_t entries = 500'000;
        std::size_t depth = 64;
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
    struct File {
        Identity identity;
        off_t size;
        timespec changed;
        std::uint64_t seen;    ///< number of the last look that found it
        bool shorter = false;  ///< than it was, at the last look
    };
    void look_into(int folder, const std::string& path);
    void look_at(int folder, const std::string& path, const char* name, bool event_file);
    [[nodiscard]] static bool is_replaced(File& known, const File& now);

    std::string folder_;
    Bounds bounds_;
    std::unordered_map<std::string, File> files_;
    std::uint64_t number_ = 0;
    // Of the look that is going on:
    Scan found_;
    std::size_t entries_left_ = 0;
    std::vector<Identity> above_;  ///< the folders above, so that a link to one of them is no endless way down
};

}  // namespace boardgate::board
