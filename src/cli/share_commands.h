// SPDX-License-Identifier: MIT
// What other commands and tests use of the commands about shared boards.
#pragma once

#include <optional>
#include <string>

#include "src/base/clock.h"
#include "src/cli/connection.h"

namespace boardgate::cli {

/// The end of a share as RFC 3339 in UTC: of a day such as 2026-12-31 in local time, or of 14d, 8h from `now` on.
[[nodiscard]] std::optional<std::string> end_of(const std::string& until, WallTime now);

/// Somebody else's board that is shown to me, with its address, by its id, its title or its address; null if there is none.
[[nodiscard]] CommandResult<Json::Value> find_shared(const Connection& connection, const std::string& text);
/// The id in a board's address; other texts stay as they are.
[[nodiscard]] std::string id_of_address(const std::string& text);

/// Prints the boards that others show me.
[[nodiscard]] CommandResult<void> list_shared(const Connection& connection, bool json);

}  // namespace boardgate::cli
