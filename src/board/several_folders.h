// SPDX-License-Identifier: MIT
// The log directory for TensorBoard, as a link in the board's private folder: command lines are visible to everybody
// (ps), and paths are not everybody's business. Several log directories are a folder of links, which all loaders follow.
// (TensorBoard's --logdir_spec has no fast loader, and no way to write a path with a comma in it.)
#pragma once

#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate::board {

/// Makes `<in>/runs`, a link to the only folder or a folder with a link to each, and returns its path. `in` is our own empty
/// folder. A missing name is derived from the path.
[[nodiscard]] Result<LogDir> link_folders(const std::vector<LogDir>& folders, const std::vector<std::string>& names, const std::string& in);

}  // namespace boardgate::board
