// SPDX-License-Identifier: MIT
// Parts of a list: `limit` items behind `cursor`. Without `limit` all come.
#pragma once

#include <json/value.h>

#include <optional>
#include <string>
#include <vector>

#include "src/boardgated/api/call.h"

namespace boardgate::boardgated {

/// A list in its order; the boards themselves stay where they are.
using BoardList = std::vector<const Board*>;

[[nodiscard]] BoardList list_of(const std::vector<Board>& boards);

struct Page {
    BoardList boards;
    std::size_t first = 0;  ///< of the page, in the whole list
    std::size_t total = 0;
    std::optional<std::string> cursor{};  ///< of the next page
};

/// A cursor is the number of items before the page and the id of the last of them: the page goes on behind that item wherever
/// it is by now, or at that number when it is gone.
[[nodiscard]] ApiResult<Page> page_of(const Request& request, const BoardList& all);
/// Adds `boards`, `total` and `cursor`.
void add_page(Json::Value& body, const Page& page, Json::Value (*json_of)(const Board&));

}  // namespace boardgate::boardgated
