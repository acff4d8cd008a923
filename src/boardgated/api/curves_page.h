// SPDX-License-Identifier: MIT
// The curves of a board as one file for people without an account: HTML and SVG, without scripts, light and dark.
#pragma once

#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/wire/folder_messages.h"

namespace boardgate::boardgated {

struct CurvesPage {
    std::string title;
    std::string owner;
    std::string server;  ///< its name
    WallTime made;
    std::vector<wire::RunFound> runs;  ///< with the curves to draw
    std::size_t all_runs = 0;          ///< of the board
};

/// A figure for each tag, with a line for each run, and a table of the last values.
[[nodiscard]] std::string curves_html(const CurvesPage& page);

}  // namespace boardgate::boardgated
