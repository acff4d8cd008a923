// SPDX-License-Identifier: MIT
// Where a person without runs in the usual places may have some: `/data/dana`, `/scratch/lab/dana`.
#pragma once

#include <string>
#include <vector>

#include "src/logdirs/folders.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

/// Folders with event files that have the person's name, at most two levels below `top`, but not in `roots`.
[[nodiscard]] std::vector<wire::Elsewhere> runs_elsewhere(Folders& folders, const std::string& user, const std::vector<std::string>& roots,
                                                          const std::string& top = "/");

}  // namespace boardgate::logdirs
