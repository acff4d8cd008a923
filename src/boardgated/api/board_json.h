// SPDX-License-Identifier: MIT
// A board as JSON, for the API and the event stream.
#pragma once

#include <json/value.h>

#include "src/boardgated/boards/board.h"

namespace boardgate::boardgated {

/// Appends the notice to the board's `notices`.
void add_notice(Json::Value& board, const Notice& notice);
/// `{"used", "most"}`.
[[nodiscard]] Json::Value limit_json(std::int64_t used, std::int64_t most);
/// State and owner, without the content.
[[nodiscard]] Json::Value board_facts_json(const Board& board);
/// The whole board, for its owner.
[[nodiscard]] Json::Value board_json(const Board& board);
/// The same for event streams, with the reason why the board sleeps (unknown after a restart of boardgated).
[[nodiscard]] Json::Value board_event_json(const Board& board);

}  // namespace boardgate::boardgated
