// SPDX-License-Identifier: MIT
#include "src/base/exec_argument.h"

#include <array>
#include <utility>

namespace boardgate {

namespace {
constexpr std::array<std::pair<char, std::string_view>, 3> escapes{{{'$', "\\x24"}, {';', "\\x3b"}, {'\\', "\\x5c"}}};
}

std::string escape_exec_argument(std::string_view text) {
    std::string word;
    for (const char c : text) {
        std::string_view as(&c, 1);
        for (const auto& [plain, escaped] : escapes) {
            if (c == plain) as = escaped;
        }
        word += as;
    }
    return word;
}

Result<std::string> unescape_exec_argument(std::string_view word) {
    std::string text;
    while (!word.empty()) {
        std::string_view taken = word.substr(0, 1);
        char meant = taken.front();
        for (const auto& [plain, escaped] : escapes) {
            if (word.starts_with(escaped)) {
                taken = escaped;
                meant = plain;
            }
        }
        const bool bare = taken.size() == 1 && (meant == '$' || meant == ';' || meant == '\\');
        if (bare) return failure("invalid escape sequence", std::string(word));
        text += meant;
        word.remove_prefix(taken.size());
    }
    return text;
}

}  // namespace boardgate
