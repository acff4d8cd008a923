// SPDX-License-Identifier: MIT
// Finds why a board failed: by the table in failures.inc, from systemd's facts and the unit's log.
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

/// Diagnoses a failed board. `log`: the lines of the failed run, oldest first.
[[nodiscard]] Failure diagnose(const Board& board, const std::vector<std::string>& log);
/// True for a rule that only states the failure, without a reason.
[[nodiscard]] bool is_unexplained(const Failure& failure);

/// The failure as in the API.
[[nodiscard]] Json::Value failure_json(const Failure& failure);

}  // namespace boardgate::boardgated
