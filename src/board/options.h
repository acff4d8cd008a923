// SPDX-License-Identifier: MIT
// What the launcher says about one board, as words of the command line (src/launcher/unit_properties.cc).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate::board {

enum class FastLoader { automatic, on, off };

struct Options {
    BoardId board;
    std::string tensorboard;           ///< absolute path of the program
    LogDir logdir;                     ///< what TensorBoard is given
    std::vector<LogDir> more_logdirs;  ///< shown beside it
    std::string title;                 ///< empty: the folder's name
    std::chrono::seconds reload_interval;
    bool reload_multifile = false;
    std::string samples;  ///< as TensorBoard takes it; empty: its own numbers
    FastLoader fast_loader = FastLoader::automatic;
    std::chrono::seconds idle_sleep;
    std::chrono::seconds longest_awake;  ///< 0: no such end
};

/// Checks every value again. An error names the option.
[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace boardgate::board
