// SPDX-License-Identifier: MIT
#include "src/boardgated/web/parameters.h"

#include <charconv>

#include "src/base/error.h"

namespace boardgate::boardgated {

namespace {

Result<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            unsigned byte = 0;
            if (text.size() - i < 3) return failure("bad encoding");
            const auto [end, fault] = std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16);
            if (fault != std::errc{} || end != &text[i + 1] + 2) return failure("bad encoding");
            out += static_cast<char>(byte);
            i += 2;
        }
    }
    return out;
}

}  // namespace

std::string Parameters::query_value(std::string_view name) const {
    std::string_view rest = query();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) != name || equals == std::string_view::npos) continue;
        return percent_decoded(pair.substr(equals + 1)).value_or(std::string());
    }
    return {};
}

}  // namespace boardgate::boardgated
