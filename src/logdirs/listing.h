// SPDX-License-Identifier: MIT
// Completes a path that a person is typing: the folders that it may become, with what is in each, and the folder
// that is more likely meant when there are no event files in what was typed.
#pragma once

#include <functional>

#include "src/logdirs/folders.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

struct Listing {
    static constexpr std::size_t most_folders = 500;
    std::vector<wire::FolderRow> rows;  ///< by name
    wire::FolderList end;
};

/// `path` is absolute; its last part may be the beginning of a name.
[[nodiscard]] tl::expected<Listing, wire::FolderReport> list_folders(Folders& folders, const std::string& path, const std::string& home);

}  // namespace boardgate::logdirs
