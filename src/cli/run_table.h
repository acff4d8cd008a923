// SPDX-License-Identifier: MIT
// Runs as a table for a terminal.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

namespace boardgate::cli {

/// The points of a curve as block characters, evenly over its steps; a gap for a missing number.
[[nodiscard]] std::string drawn(const Json::Value& points, std::size_t columns);
/// `45 s`, `3 min`, `2 h`, `5 d` since an RFC 3339 time in UTC; `-` for none.
[[nodiscard]] std::string age(const Json::Value& time, std::time_t now);

/// Rows with a header row, for table().
[[nodiscard]] std::vector<std::vector<std::string>> run_rows(const Json::Value& runs, std::time_t now);

}  // namespace boardgate::cli
