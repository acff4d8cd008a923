// SPDX-License-Identifier: MIT
// The checks of `boardgate doctor`: each is fine, or says what is wrong and the command that mends it.
#pragma once

#include <string>
#include <vector>

namespace boardgate::cli {

struct Finding {
    bool fine;
    std::string what;    ///< what was looked at, or what is wrong with it
    std::string remedy;  ///< a command, or what to do; empty when fine
};

/// The installation, as far as an unprivileged account sees it.
[[nodiscard]] std::vector<Finding> examine_installation();

}  // namespace boardgate::cli
