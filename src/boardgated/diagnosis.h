// SPDX-License-Identifier: MIT
// Why did a board fail? By the table in failures.inc, from what systemd and the unit's log say.
#pragma once

#include <json/value.h>

#include <string>
#include <vector>

#include "src/boardgated/board.h"

namespace boardgate::boardgated {

/// One row of failures.inc.
struct FailureRule {
    enum class By { result, status, log };
    const char* code;
    By by;
    const char* sign;
    const char* summary;
    const char* remedy;
};
[[nodiscard]] const std::vector<FailureRule>& failure_rules();

/// `log` are the lines of the failed run, oldest first.
[[nodiscard]] Failure diagnose(const UnitFacts& facts, const std::vector<std::string>& log);

/// As in the API.
[[nodiscard]] Json::Value failure_json(const Failure& failure);

}  // namespace boardgate::boardgated
