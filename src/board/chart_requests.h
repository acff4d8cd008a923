// SPDX-License-Identifier: MIT
// Which requests boardgate-data answers in TensorBoard's place: those of src/base/chart_routes.inc.
#pragma once

#include <optional>
#include <string_view>

namespace boardgate::board {

/// `begin` is how a request begins, as far as it has come; `prefix` is the board's. Nothing while its first line is not whole.
[[nodiscard]] std::optional<bool> is_chart_request(std::string_view begin, std::string_view prefix);

}  // namespace boardgate::board
