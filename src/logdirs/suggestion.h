// SPDX-License-Identifier: MIT
// Checks a path as a log directory, and suggests another folder if it has no event files or does not exist.
#pragma once

#include <optional>
#include <string>

#include "src/logdirs/event_files.h"
#include "src/logdirs/folders.h"

namespace boardgate::logdirs {

struct Suggestion {
    std::string path;
    std::uint32_t runs;
    std::string why;
};

/// `found` describes the files in and below `here`. Never reads above `home`.
[[nodiscard]] std::optional<Suggestion> suggestion_for(Folders& folders, const std::string& here, const EventFiles& found,
                                                       const std::string& home);

/// `foreign`: also in somebody else's home.
[[nodiscard]] wire::FolderReport inspect_folder(Folders& folders, const LogDir& path, const std::string& home, bool foreign = false);

}  // namespace boardgate::logdirs
