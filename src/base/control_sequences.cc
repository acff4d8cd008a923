// SPDX-License-Identifier: MIT
#include "src/base/control_sequences.h"

#include <algorithm>

namespace boardgate {

namespace {
/// 24-bit colours of foreground and background need 40.
constexpr std::size_t longest = 64;
/// A title or a link.
constexpr std::size_t longest_command = 2048;
}  // namespace

std::size_t colour_sequence(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    const std::size_t end = text.substr(0, longest).find_first_not_of("0123456789;", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::size_t control_sequence(std::string_view text) {
    if (text.starts_with("\x1b[")) {
        // Parameters, intermediates, and one final byte (5.4).
        for (std::size_t at = 2; at < std::min(text.size(), longest); ++at) {
            const char c = text[at];
            if (c >= 0x40 && c <= 0x7e) return at + 1;
            if (c < 0x20 || c > 0x3f) return 0;
        }
        return 0;
    }
    if (!text.starts_with("\x1b]")) return 0;
    const std::string_view command = text.substr(0, longest_command);
    const std::size_t bell = command.find('\x07');
    const std::size_t terminator = command.find("\x1b\\", 2);
    if (bell == std::string_view::npos && terminator == std::string_view::npos) return 0;
    return bell < terminator ? bell + 1 : terminator + 2;
}

std::string without_colours(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (const std::size_t size = colour_sequence(text); size > 0) {
            text.remove_prefix(size);
            continue;
        }
        // Up to the next possible start.
        const std::size_t next = text.find('\x1b', 1);
        out += text.substr(0, next);
        text.remove_prefix(next == std::string_view::npos ? text.size() : next);
    }
    return out;
}

}  // namespace boardgate
