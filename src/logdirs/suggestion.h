// SPDX-License-Identifier: MIT
// What a path is as a log directory, and which folder is more likely meant than one in which there are no event files,
// or that is not there.
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

/// `found` is what is in `here` and below; nothing above `home` is looked at.
[[nodiscard]] std::optional<Suggestion> suggestion_for(Folders& folders, const std::string& here, const EventFiles& found,
                                                       const std::string& home);

[[nodiscard]] wire::FolderReport inspect_folder(Folders& folders, const LogDir& path, const std::string& home);

}  // namespace boardgate::logdirs
