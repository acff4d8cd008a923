// SPDX-License-Identifier: MIT
// A board as the API and the event stream tell it.
#pragma once

#include <json/value.h>

#include "src/boardgated/board.h"

namespace boardgate::boardgated {

[[nodiscard]] Json::Value notice_json(const Notice& notice);
[[nodiscard]] Json::Value board_json(const Board& board);

}  // namespace boardgate::boardgated
