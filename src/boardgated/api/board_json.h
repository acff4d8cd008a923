// SPDX-License-Identifier: MIT
// A board as the API and the event stream tell it.
#pragma once

#include <json/value.h>

#include "src/boardgated/boards/board.h"

namespace boardgate::boardgated {

/// Appends it to the board's `notices`.
void add_notice(Json::Value& board, const Notice& notice);
/// `{"used", "most"}`.
[[nodiscard]] Json::Value limit_json(std::int64_t used, std::int64_t most);
/// What runs and whose it is, and nothing of what it shows.
[[nodiscard]] Json::Value board_facts_json(const Board& board);
/// All of it, for its owner.
[[nodiscard]] Json::Value board_json(const Board& board);
/// The same for who follows: with why it sleeps, which is news, and not known any more after a restart of ours.
[[nodiscard]] Json::Value board_event_json(const Board& board);

}  // namespace boardgate::boardgated
