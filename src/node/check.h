// SPDX-License-Identifier: MIT
// boardgate-node --check: can this node run boards?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/base/error.h"

namespace boardgate::node {

struct Finding {
    std::string what;
    std::string remedy{};  ///< empty: it is as it should be
};

/// What is empty or 0 is not checked.
struct CheckOptions {
    std::string board_program;
    std::vector<std::string> programs{};
    std::string address{};
    std::uint16_t port = 0;
    std::string uid{};
    std::string version{};
};

[[nodiscard]] std::vector<Finding> check(const CheckOptions& options);
/// Prints for each finding `fine`, a tab and what it is, or `wrong`, what it is and the remedy. The exit status is 0 where all is
/// fine, and otherwise 1.
[[nodiscard]] Result<int> print_check(int argc, char** argv, const std::string& board_program);

}  // namespace boardgate::node
