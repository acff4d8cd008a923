// SPDX-License-Identifier: MIT
#include "src/boardgated/api/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace boardgate::boardgated {

namespace {

constexpr std::uint32_t most_of_page = 1000;

/// The number of the page's first item.
std::optional<std::size_t> first_behind(const std::string& cursor, const BoardList& all) {
    if (cursor.empty()) return 0;
    std::size_t number = 0;
    const auto [end, fault] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), number);
    const auto id =
        BoardId::parse(std::string_view(end, static_cast<std::size_t>(cursor.data() + cursor.size() - end)).substr(*end == '.' ? 1 : 0));
    if (fault != std::errc{} || !id) return std::nullopt;
    const auto last = std::ranges::find_if(all, [&](const Board* board) { return board->id == *id; });
    return last != all.end() ? static_cast<std::size_t>(last - all.begin()) + 1 : std::min(number, all.size());
}

}  // namespace

BoardList list_of(const std::vector<Board>& boards) {
    BoardList list;
    list.reserve(boards.size());
    for (const Board& board : boards) list.push_back(&board);
    return list;
}

ApiResult<Page> page_of(const Request& request, const BoardList& all) {
    const auto limit = query_number(request, "limit", 0, 1, most_of_page);
    if (!limit) return error_of(limit);
    const auto first = first_behind(request.query_value("cursor"), all);
    if (!first) return problem(Code::bad_field, "cursor is not one of this list", "cursor");
    const std::size_t end = *limit == 0 ? all.size() : std::min(all.size(), *first + *limit);
    Page page{{all.begin() + static_cast<std::ptrdiff_t>(*first), all.begin() + static_cast<std::ptrdiff_t>(end)}, *first, all.size()};
    if (end < all.size()) page.cursor = fmt::format("{}.{}", end, all[end - 1]->id.str());
    return page;
}

void add_page(Json::Value& body, const Page& page, Json::Value (*json_of)(const Board&)) {
    body["boards"] = Json::Value(Json::arrayValue);
    for (const Board* board : page.boards) body["boards"].append(json_of(*board));
    body["total"] = Json::UInt64(page.total);
    body["cursor"] = page.cursor ? Json::Value(*page.cursor) : Json::Value();
}

}  // namespace boardgate::boardgated
