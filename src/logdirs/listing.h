// SPDX-License-Identifier: MIT
// Completes a path that a person types: the matching folders with their contents, and a suggestion if the typed folder has
// no event files.
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

/// `path` is absolute; its last part may be incomplete.
[[nodiscard]] tl::expected<Listing, wire::FolderReport> list_folders(Folders& folders, const std::string& path, const std::string& home);

}  // namespace boardgate::logdirs
