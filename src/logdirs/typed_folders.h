// SPDX-License-Identifier: MIT
// What people type for the folders of a board.
#pragma once

#include <string>
#include <vector>

#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

/// The folders that these texts mean: a path, `~/path`, a path below home, several of them with commas between, each with a
/// name before it (`name:/path`), or a pattern (glob(7)) for the folders that it matches now. A folder that exists under the
/// whole text is that folder, whatever is in its name.
[[nodiscard]] wire::ResolvedFolders typed_folders(const std::vector<std::string>& texts, const std::string& home);

}  // namespace boardgate::logdirs
