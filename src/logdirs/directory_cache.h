// SPDX-License-Identifier: MIT
// What folders held when they were last read. A folder that did not change since is not read again: a second search costs
// one stat(2) per folder and event file.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"

namespace boardgate::logdirs {

class DirectoryCache {
public:
    /// Entries that matter to a walk: each is the type (dirent::d_type), the name and a zero byte.
    using Entries = std::shared_ptr<const std::string>;
    /// Together; further folders are read each time.
    static constexpr std::size_t most_bytes = 32U << 20U;

    explicit DirectoryCache(const Clock& clock) : clock_(clock) {}

    // All are thread-safe.
    /// Null if the folder is unknown, changed, or changed so shortly before it was read that the same time may stand for
    /// two contents.
    [[nodiscard]] Entries find(const struct stat& folder) const;
    void keep(const struct stat& folder, std::string entries);
    [[nodiscard]] bool is_empty() const;
    void clear();

private:
    struct Contents {
        Entries entries;
        std::int64_t changed;  ///< ctime in nanoseconds: also of names and permissions
        bool settled;
    };
    struct Known {
        std::map<std::pair<dev_t, ino_t>, Contents> folders{};
        std::size_t bytes = 0;
    };
    const Clock& clock_;
    LockGuarded<Known> known_;
};

}  // namespace boardgate::logdirs
