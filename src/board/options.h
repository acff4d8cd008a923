// SPDX-License-Identifier: MIT
// The options of a board, which the launcher writes (src/launcher/unit_properties.cc). They come through standard input:
// everybody can read a command line.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/home_mark.h"
#include "src/base/names.h"

namespace boardgate::board {

/// What reads event files for TensorBoard: boardgate-data, its own data server (RustBoard), or TensorBoard itself (the slow
/// loader).
enum class Loader { automatic, boardgate, rustboard, python };

struct Options {
    BoardId board;
    std::string tensorboard;         ///< absolute path of the program
    std::vector<LogDir> folders;     ///< the log directories
    std::vector<std::string> names;  ///< of the folders, where there are several; a missing one is derived
    std::chrono::seconds reload_interval;
    bool reload_multifile = false;
    std::string samples;  ///< in TensorBoard's syntax; empty: its defaults
    Loader loader = Loader::automatic;
    std::chrono::seconds idle_sleep;
    std::chrono::seconds longest_awake;  ///< 0: no limit
    std::optional<HomeMark> home{};      ///< of the owner, when the board was made
    bool confined = false;               ///< shown to others: nothing outside of its folders is read
};

/// `id` is that of the command line. Checks every value. The error names the option.
[[nodiscard]] Result<Options> parse_options(const std::string& id, std::vector<std::string> words);

}  // namespace boardgate::board
