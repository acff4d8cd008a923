// SPDX-License-Identifier: MIT
// What a path is as a log directory, seen with the eyes of the user that this process runs as.
#pragma once

#include <mutex>

#include "src/base/clock.h"
#include "src/logdirs/homes.h"
#include "src/wire/messages.h"

namespace boardgate::logdirs {

class Folders {
public:
    Folders(const Clock& clock, uid_t me, std::int64_t minimum_uid) : clock_(clock), me_(me), minimum_uid_(minimum_uid) {}

    /// From any thread.
    [[nodiscard]] wire::FolderReport inspect(const LogDir& path);

private:
    /// Whose, if it is in another's home: by the resolved path, or by its text where it cannot be resolved.
    [[nodiscard]] std::optional<std::string> owner_of_home(const std::string& path, bool resolved);
    [[nodiscard]] const std::vector<Home>& homes();

    const Clock& clock_;
    uid_t me_;
    std::int64_t minimum_uid_;
    std::once_flag listed_;
    std::vector<Home> homes_;
};

}  // namespace boardgate::logdirs
