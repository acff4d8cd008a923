// SPDX-License-Identifier: MIT
#include "src/boardgated/api/log_json.h"

#include "src/base/clock.h"

namespace boardgate::boardgated {

Json::Value log_line_json(const wire::LogLine& line) {
    Json::Value value(Json::objectValue);
    value["time"] = rfc3339(WallTime(std::chrono::microseconds(line.time)));
    value["text"] = line.text;
    value["cursor"] = line.cursor;
    value["start"] = line.invocation;
    return value;
}

}  // namespace boardgate::boardgated
