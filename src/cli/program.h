// SPDX-License-Identifier: MIT
// Other programs, asked for their word: nginx -t, tensorboard --version. Never through a shell.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace boardgate::cli {

struct ProgramEnd {
    int status = 0;      ///< exit status; 127 when it is not there, 124 when it took too long, 128+N for signal N
    std::string output;  ///< both outputs, at most 1 MiB
};

/// Runs it with an empty standard input; as another account where one is given, which needs root.
[[nodiscard]] ProgramEnd run_program(const std::vector<std::string>& words, std::chrono::seconds longest,
                                     std::optional<uid_t> as = std::nullopt);

/// The uid of nobody: an account that may do nothing.
inline constexpr uid_t nobody = 65534;

}  // namespace boardgate::cli
