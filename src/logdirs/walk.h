// SPDX-License-Identifier: MIT
// Walks folders and all below them, nearest first, and reports the event files in each. Finds them as TensorBoard does: by
// `tfevents` in the name, and also through links. Opens folders only.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "src/base/clock.h"

namespace boardgate::logdirs {

struct CloseDir {
    void operator()(DIR* dir) const { closedir(dir); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

/// The bounds of a walk: a person waits for it.
struct Budget {
    std::chrono::milliseconds time{1000};
    std::size_t entries = 20000;
    std::size_t depth = 32;
};

/// One visited folder.
struct Seen {
    std::string path;
    std::size_t start = 0;  ///< the index of the start folder above it
    std::size_t depth = 0;  ///< its depth below that
    bool readable = false;
    std::vector<std::string> event_files{};  ///< names
    std::vector<std::string> dead_links{};   ///< names of links to event files that do not exist
    std::int64_t newest = 0;                 ///< change time of the newest file, seconds since 1970
    std::uint64_t bytes = 0;                 ///< total size of the files
};

class Walk {
public:
    /// Whether a found folder may be entered. A `link` may lead anywhere. Called with its name, and after opening it.
    struct Admit {
        std::function<bool(const std::string& path, std::string_view name, bool link)> name;
        std::function<bool(const struct stat& folder)> open;
    };

    Walk(const Clock& clock, Budget budget)
        : clock_(clock), end_(clock.boot() + budget.time), entries_left_(budget.entries), depth_(budget.depth) {}

    void start_at(const std::string& folder) { folders_.push_back({folder, starts_++, 0}); }
    void admit_only(Admit admit) { admit_ = std::move(admit); }
    /// Reports a folder below two start folders once.
    void tell_each_once() { once_ = true; }

    /// Calls `use` with each folder until it returns false.
    void run(const std::function<bool(const Seen&)>& use);
    /// False if the budget was too small.
    [[nodiscard]] bool complete() const { return complete_; }
    /// The same for one start folder.
    [[nodiscard]] bool complete(std::size_t start) const;

private:
    struct Folder {
        std::string path;
        std::size_t start;
        std::size_t depth;
    };
    [[nodiscard]] bool has_budget() const { return entries_left_ > 0 && clock_.boot() < end_; }
    [[nodiscard]] Seen look_into(const Folder& folder);
    void look_at(int here, const dirent& entry, const Folder& folder, Seen& seen);
    void remember(const Folder& in, std::string_view name, bool link);
    void give_up(std::size_t start);

    const Clock& clock_;
    BootTime end_;
    std::size_t entries_left_;
    std::size_t depth_;
    Admit admit_;
    bool once_ = false;
    bool complete_ = true;
    std::size_t starts_ = 0;
    std::set<std::size_t> incomplete_;
    std::deque<Folder> folders_;
    std::deque<Folder> links_;  ///< visited last: they may lead to large trees
    std::set<std::tuple<std::size_t, dev_t, ino_t>> known_;
};

}  // namespace boardgate::logdirs
