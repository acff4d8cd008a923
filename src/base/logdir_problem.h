// SPDX-License-Identifier: MIT
// The reason why this process, with its user and sandbox, cannot read a log directory.
#pragma once

#include <optional>
#include <string>

namespace boardgate {

struct LogdirProblem {
    enum class Kind { missing, not_a_folder, unreadable, home_missing, no_ticket };
    Kind kind;
    std::string text;  ///< the path and the error of the system
};

/// The codes of the API, boardgate-board and the table of failures: logdir_missing, home_missing, ...
[[nodiscard]] const char* code_of(LogdirProblem::Kind kind);

/// Nullopt if the folder can be listed and its files reached. `home` is the user's home; empty if there is none.
[[nodiscard]] std::optional<LogdirProblem> fault_of_folder(const std::string& path, const std::string& home);

}  // namespace boardgate
