// SPDX-License-Identifier: MIT
#include "src/base/board_values.h"

#include <algorithm>

namespace boardgate {

namespace {

/// `name=number`, with a number of at most 9 digits.
bool is_item(std::string_view item) {
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    const std::string_view name = item.substr(0, equals);
    const std::string_view number = item.substr(equals + 1);
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos && !number.empty() && number.size() <= 9 &&
           number.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<Samples> Samples::parse(std::string_view text) {
    const auto bad = [] { return failure("samples_per_plugin must have a form like images=100,scalars=500"); };
    if (text.size() > longest) return bad();
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const bool ends_with_comma = comma + 1 == rest.size();
        if (!is_item(rest.substr(0, comma)) || ends_with_comma) return bad();
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return Samples(std::string(text));
}

}  // namespace boardgate
