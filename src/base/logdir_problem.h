// SPDX-License-Identifier: MIT
// What keeps a log directory from being read, as the process that asks sees it: as its user, in its sandbox.
#pragma once

#include <optional>
#include <string>

namespace boardgate {

struct LogdirProblem {
    enum class Kind { missing, not_a_folder, unreadable, home_missing, no_ticket };
    Kind kind;
    std::string text;  ///< a sentence's beginning that names the path
};

/// The same words for the API, boardgate-board and the table of failures: logdir_missing, home_missing, ...
[[nodiscard]] const char* code_of(LogdirProblem::Kind kind);

/// Nothing: it can be listed and its files reached. `home` is the user's own; empty when he has none.
[[nodiscard]] std::optional<LogdirProblem> fault_of_folder(const std::string& path, const std::string& home);

}  // namespace boardgate
