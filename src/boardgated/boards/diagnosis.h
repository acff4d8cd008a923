// SPDX-License-Identifier: MIT
// Finds why a board failed, from systemd's facts and the unit's log, by the table in failures.inc.
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

/// Diagnoses a failed board. `log`: the lines since its last start, oldest first.
[[nodiscard]] Failure diagnose(const Board& board, const std::vector<std::string>& log);
/// Does the rule that applied only state the failure, without a reason?
[[nodiscard]] bool is_unexplained(const Failure& failure);

/// The failure as in the API (docs/openapi.yaml: Failure).
[[nodiscard]] Json::Value failure_json(const Failure& failure);
/// The text in the database, and back.
[[nodiscard]] std::string failure_text(const Failure& failure);
[[nodiscard]] Failure failure_of_text(const std::string& text);

}  // namespace boardgate::boardgated
