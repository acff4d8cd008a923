// SPDX-License-Identifier: MIT
// The options of a board on the command line that the launcher writes (src/launcher/unit_properties.cc).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate::board {

/// What reads event files for TensorBoard: boardgate-data, its own data server (RustBoard), or TensorBoard itself (the slow
/// loader).
enum class Loader { automatic, boardgate, rustboard, python };

struct Options {
    BoardId board;
    std::string tensorboard;           ///< absolute path of the program
    LogDir logdir;                     ///< the log directory for TensorBoard
    std::vector<LogDir> more_logdirs;  ///< shown side by side with it
    std::string title;                 ///< empty: the folder's name
    std::chrono::seconds reload_interval;
    bool reload_multifile = false;
    std::string samples;  ///< in TensorBoard's syntax; empty: its defaults
    Loader loader = Loader::automatic;
    std::chrono::seconds idle_sleep;
    std::chrono::seconds longest_awake;  ///< 0: no limit
};

/// Checks every value. The error names the option.
[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace boardgate::board
