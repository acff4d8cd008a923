// SPDX-License-Identifier: MIT
// May a folder be somebody's log directory, seen with the eyes of the user that this process runs as?
#pragma once

#include <memory>
#include <mutex>

#include "src/base/clock.h"
#include "src/logdirs/homes.h"
#include "src/wire/messages.h"

namespace boardgate::logdirs {

class Folders {
public:
    Folders(const Clock& clock, uid_t me, std::int64_t minimum_uid) : clock_(clock), me_(me), minimum_uid_(minimum_uid) {}

    // All from any thread.
    /// Nothing, or why it cannot be one's log directory.
    [[nodiscard]] tl::expected<void, wire::FolderReport> readable(const std::string& path);
    /// To ask of folders that are found one below the other.
    [[nodiscard]] OwnedHomes owned_homes() const { return {me_, minimum_uid_}; }
    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    /// Whose, if it is in another's home: by the resolved path, or by its text where it cannot be resolved.
    [[nodiscard]] std::optional<std::string> owner_of_home(const std::string& path, bool resolved);
    /// As they were a moment ago: accounts come and go.
    [[nodiscard]] std::shared_ptr<const std::vector<Home>> homes();

    const Clock& clock_;
    uid_t me_;
    std::int64_t minimum_uid_;
    std::mutex mutex_;
    std::shared_ptr<const std::vector<Home>> homes_;  ///< guarded by mutex_, like the next
    BootTime listed_{};
};

}  // namespace boardgate::logdirs
