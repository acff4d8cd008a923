// SPDX-License-Identifier: MIT
// Runs other programs for their output: nginx -t, tensorboard --version. Never through a shell.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace boardgate::cli {

struct ProgramEnd {
    int status = 0;         ///< exit status; 127 if it does not exist, 124 after a timeout, 128+N for signal N
    std::string output;     ///< standard output and error, at most 1 MiB
    bool too_long = false;  ///< it was killed after a timeout: 124 alone may be its own status
};

/// Runs a program with empty standard input, as the account `as` if given (needs root).
[[nodiscard]] ProgramEnd run_program(const std::vector<std::string>& words, std::chrono::seconds longest,
                                     std::optional<uid_t> as = std::nullopt);

/// The uid of nobody, an account without permissions.
inline constexpr uid_t nobody = 65534;

}  // namespace boardgate::cli
