// SPDX-License-Identifier: MIT
// The pages at a board's address while TensorBoard does not answer there: the board's state, or a problem.
// nginx/portal/assets/state.js updates them; without scripts they have the same texts, and reload by themselves.
#pragma once

#include "src/boardgated/boards/board.h"
#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

/// The page of a board that is not ready: its state, or why it failed.
[[nodiscard]] Response state_page(const Board& board);
[[nodiscard]] Response problem_page(const Problem& problem);
/// Redirects to the login page, which leads back to the board. `query`: of the board's address. (A browser keeps the fragment.)
[[nodiscard]] Response login_redirect(const std::optional<BoardId>& board, std::string_view query = {});

}  // namespace boardgate::boardgated
