// SPDX-License-Identifier: MIT
// Why an awake board falls asleep, where nobody put it to sleep.
#pragma once

#include <string>

#include "src/boardgated/boards/board.h"

namespace boardgate::boardgated {

/// `board` has its facts of now and its state from before. Empty when its own limits and Slurm do not explain it.
[[nodiscard]] std::string reason_of_sleep(const Board& board, WallTime now);

}  // namespace boardgate::boardgated
