// SPDX-License-Identifier: MIT
// Walks folders and all below them, nearest first, and reports the event files in each. Finds them as TensorBoard does: by
// `tfevents` in the name, and also through links. Opens folders only. A thread of its own touches the folders: a
// folder that does not answer costs itself and not the walk.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/logdirs/directory_cache.h"
#include "src/logdirs/silence.h"

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
    bool copies = false;    ///< a folder of copies is above it (is_folder_of_copies)
    bool readable = false;
    bool silent = false;                     ///< its file system does not answer
    std::vector<std::string> event_files{};  ///< names
    std::vector<std::string> dead_links{};   ///< names of links to event files that do not exist
    std::int64_t newest = 0;                 ///< change time of the newest file, seconds since 1970
    std::uint64_t bytes = 0;                 ///< total size of the files
    std::uint64_t largest = 0;               ///< size of the largest one
    std::int64_t changed = 0;                ///< last change of an inode, in nanoseconds since 1970: rights count, too
};

/// Programs keep copies of files in it, event files too: `.ipynb_checkpoints` (Jupyter), `.snapshot` (file servers).
[[nodiscard]] bool is_folder_of_copies(std::string_view name);

class Walk {
public:
    /// Whether a found folder may be entered. A `link` may lead anywhere. Called with its name, and after opening it.
    struct Admit {
        std::function<bool(const std::string& path, std::string_view name, bool link)> name{};
        std::function<bool(const struct stat& folder)> open{};
    };

    Walk(const Clock& clock, Budget budget, std::shared_ptr<DirectoryCache> cache = nullptr);
    ~Walk();
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    void start_at(const std::string& folder);
    /// `make` is called in each thread that walks; what it returns owns what it needs.
    void admit_only(std::function<Admit()> make);
    /// Reports a folder below two start folders once.
    void tell_each_once();
    /// Called now and then while the walk waits; false ends it.
    void meanwhile(std::function<bool()> call) { meanwhile_ = std::move(call); }
    void be_patient_for(std::chrono::milliseconds patience) { patience_ = patience; }

    /// Calls `use` with each folder until it returns false.
    void run(const std::function<bool(const Seen&)>& use);
    /// False if the budget was too small, or a folder did not answer. Folders of copies do not count.
    [[nodiscard]] bool complete() const { return incomplete_.empty(); }
    /// The same for one start folder.
    [[nodiscard]] bool complete(std::size_t start) const { return !incomplete_.contains(start); }

private:
    struct Shared;
    class Worker;
    [[nodiscard]] bool leave_behind_silent();
    void wait_for_worker();

    std::shared_ptr<Shared> shared_;
    std::set<std::size_t> incomplete_;
    std::function<bool()> meanwhile_;
    std::chrono::milliseconds patience_ = patience_with_a_folder;
};

}  // namespace boardgate::logdirs
