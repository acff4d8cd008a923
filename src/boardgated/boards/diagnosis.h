// SPDX-License-Identifier: MIT
// Why did a board fail? By the table in failures.inc, from what systemd and the unit's log say.
#pragma once

#include <json/value.h>

#include <string>
#include <vector>

#include "src/boardgated/boards/board.h"

namespace boardgate::boardgated {

/// One row of failures.inc.
struct FailureRule {
    enum class By { said, log, status, result };
    const char* code;
    By by;
    const char* sign;
    const char* summary;
    const char* remedy;
    const char* change;
};
[[nodiscard]] const std::vector<FailureRule>& failure_rules();

/// Of a failed board; `log` are the lines of the failed run, oldest first.
[[nodiscard]] Failure diagnose(const Board& board, const std::vector<std::string>& log);
/// The rule by which systemd's words alone say no more than that it failed.
[[nodiscard]] bool says_little(const Failure& failure);

/// As in the API.
[[nodiscard]] Json::Value failure_json(const Failure& failure);

}  // namespace boardgate::boardgated
