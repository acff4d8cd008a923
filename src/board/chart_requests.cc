// SPDX-License-Identifier: MIT
#include "src/board/chart_requests.h"

#include <algorithm>
#include <iterator>

namespace boardgate::board {

namespace {

constexpr std::string_view routes[] = {
#define CHART_ROUTE(path, method) path,
#include "src/base/chart_routes.inc"
#undef CHART_ROUTE
};
constexpr std::string_view experiment = "/experiment/";

bool take(std::string_view& text, std::string_view begin) {
    if (!text.starts_with(begin)) return false;
    text.remove_prefix(begin.size());
    return true;
}

}  // namespace

std::optional<bool> is_chart_request(std::string_view begin, std::string_view prefix) {
    const std::size_t end = begin.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = begin.substr(0, end);
    if ((!take(line, "GET ") && !take(line, "POST ")) || !take(line, prefix)) return false;
    std::string_view path = line.substr(0, line.find_first_of(" ?"));
    if (take(path, experiment)) path.remove_prefix(std::min(path.find('/'), path.size()));
    return std::find(std::begin(routes), std::end(routes), path) != std::end(routes);
}

}  // namespace boardgate::board
