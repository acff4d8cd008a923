// SPDX-License-Identifier: MIT
#include "src/boardgated/call.h"

#include <charconv>

namespace boardgate::boardgated {

Answer<std::uint32_t> query_number(const Request& request, const char* name, std::uint32_t standard, std::uint32_t least,
                                   std::uint32_t most) {
    const std::string text = request.query_value(name);
    if (text.empty()) return standard;
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
        return problem(Code::bad_field, std::string(name) + " must be from " + std::to_string(least) + " to " + std::to_string(most), name);
    }
    return number;
}

}  // namespace boardgate::boardgated
