// SPDX-License-Identifier: MIT
// The pages that boardgated writes itself, at a board's own address: what state it is in, or why not.
// nginx/portal/assets/state.js brings them to life; without scripts they say the same and reload by themselves.
#pragma once

#include "src/boardgated/boards/board.h"
#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

/// A board that is not ready: its state, or why it failed.
[[nodiscard]] Response state_page(const Board& board);
[[nodiscard]] Response problem_page(const Problem& problem);
/// To the login page, and from there back to the board.
[[nodiscard]] Response login_redirect(const std::optional<BoardId>& board);

/// Text as HTML text or attribute value.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace boardgate::boardgated
