// SPDX-License-Identifier: MIT
// Several log directories as one: a folder of symbolic links, which both loaders follow. (TensorBoard's
// --logdir_spec has no fast loader, and no way to write a path with a comma in it.)
#pragma once

#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate::board {

/// A unique name for each folder: as much of the end of its path as needed, with `-` for `/`. `/x/runs` and `/y/runs` are `x-runs` and `y-runs`.
[[nodiscard]] std::vector<std::string> names_apart(const std::vector<LogDir>& folders);

/// Makes `<in>/runs` with a link to each folder, and returns its path for TensorBoard. `in` is our own empty folder.
[[nodiscard]] Result<LogDir> link_folders(const std::vector<LogDir>& folders, const std::string& in);

}  // namespace boardgate::board
