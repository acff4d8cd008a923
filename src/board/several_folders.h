// SPDX-License-Identifier: MIT
// The log directory for TensorBoard, as a link in the board's private folder: command lines are visible to everybody
// (ps), and paths are not everybody's business. Several log directories are a folder of links, which all loaders follow.
// (TensorBoard's --logdir_spec has no fast loader, and no way to write a path with a comma in it.) A folder that is a run is
// linked from a folder as well: TensorBoard calls the run by the link's name, and would call it "." otherwise.
#pragma once

#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate::board {

struct LinkedFolders {
    LogDir logdir;  ///< for TensorBoard; a LinkFarm may change it
    LogDir files;   ///< the same for our own looks; nothing changes it
    LogDir first;   ///< in `files`, the link to the only folder; `files` if there are several
};

/// Makes `<in>/runs` and `<in>/files`, each a link to the only folder or a folder with a link to each. `in` is our own empty folder. A
/// missing name is derived from the path.
[[nodiscard]] Result<LinkedFolders> link_folders(const std::vector<LogDir>& folders, const std::vector<std::string>& names,
                                                 const std::string& in);

}  // namespace boardgate::board
