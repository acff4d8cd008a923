// SPDX-License-Identifier: MIT
// Whether a folder may be a log directory of the user that this process runs as.
#pragma once

#include <memory>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/logdirs/homes.h"
#include "src/wire/messages.h"

namespace boardgate::logdirs {

class Folders {
public:
    Folders(const Clock& clock, uid_t me, std::int64_t minimum_uid) : clock_(clock), me_(me), minimum_uid_(minimum_uid) {}

    // All are thread-safe.
    /// The reason why a folder cannot be the user's log directory, if any.
    [[nodiscard]] tl::expected<void, wire::FolderReport> readable(const std::string& path);
    /// The same by the permissions of the folder alone, even in somebody else's home; gives the person whose home it is, if any.
    [[nodiscard]] tl::expected<std::string, wire::FolderReport> readable_anywhere(const std::string& path);
    /// A check for folders found by walking down.
    [[nodiscard]] OwnedHomes owned_homes() const { return {me_, minimum_uid_}; }
    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    /// The person whose home a path is in, if another one's: by the resolved path, or by its text if it cannot be resolved.
    [[nodiscard]] std::optional<std::string> owner_of_home(const std::string& path, bool resolved);
    /// Cached for a moment: accounts change.
    [[nodiscard]] std::shared_ptr<const std::vector<Home>> homes();

    const Clock& clock_;
    uid_t me_;
    std::int64_t minimum_uid_;
    struct Listed {
        std::shared_ptr<const std::vector<Home>> homes{};
        BootTime when{};
    };
    LockGuarded<Listed> listed_;
};

}  // namespace boardgate::logdirs
