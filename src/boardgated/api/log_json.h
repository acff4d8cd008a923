// SPDX-License-Identifier: MIT
// A line of a board's log as the API shows it.
#pragma once

#include <json/value.h>

#include "src/wire/messages.h"

namespace boardgate::boardgated {

/// `time`, `text`, `start` (the invocation id of the unit's start that wrote it), and `cursor` to continue after this line.
[[nodiscard]] Json::Value log_line_json(const wire::LogLine& line);

}  // namespace boardgate::boardgated
