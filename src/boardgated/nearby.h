// SPDX-License-Identifier: MIT
// Where event files are, when somebody named a log directory that has none: a slip in the path is the usual reason.
#pragma once

#include <string>

#include "src/boardgated/board_launcher.h"

namespace boardgate::boardgated {

/// A sentence about the nearest folder above that has event files below it; empty when there is none near.
[[nodiscard]] std::string event_files_nearby(BoardLauncher& launcher, const Token& token, const std::string& logdir);

}  // namespace boardgate::boardgated
