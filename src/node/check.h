// SPDX-License-Identifier: MIT
// boardgate-node --check: can this node run boards?
#pragma once

#include <string>
#include <vector>

#include "src/base/error.h"

namespace boardgate::node {

struct Finding {
    const char* what;     ///< namespaces, landlock, program, tensorboard, head
    std::string problem;  ///< empty: it is as it should be
};

struct CheckOptions {
    std::string program;      ///< boardgate-board
    std::string tensorboard;  ///< empty: not checked, as below
    std::string address;
    std::uint16_t port = 0;
};

[[nodiscard]] std::vector<Finding> check(const CheckOptions& options);
/// `--check [--head=ADDRESS:PORT] [--tensorboard=PATH]`. Prints a line for each finding. 0: the node can run boards.
[[nodiscard]] Result<int> print_check(int argc, char** argv, const std::string& program);

}  // namespace boardgate::node
