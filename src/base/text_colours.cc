// SPDX-License-Identifier: MIT
#include "src/base/text_colours.h"

namespace boardgate {

namespace {
/// 24-bit colours of fore- and background need 40.
constexpr std::size_t longest = 64;
}  // namespace

std::size_t colour_sequence(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    const std::size_t end = text.substr(0, longest).find_first_not_of("0123456789;", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::string without_colours(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (const std::size_t size = colour_sequence(text); size > 0) {
            text.remove_prefix(size);
            continue;
        }
        // Up to where the next one may begin.
        const std::size_t next = text.find('\x1b', 1);
        out += text.substr(0, next);
        text.remove_prefix(next == std::string_view::npos ? text.size() : next);
    }
    return out;
}

}  // namespace boardgate
