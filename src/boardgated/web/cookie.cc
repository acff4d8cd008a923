// SPDX-License-Identifier: MIT
#include "src/boardgated/web/cookie.h"

#include <fmt/format.h>

#include "src/boardgated/web/request.h"

namespace boardgate::boardgated {

namespace {
constexpr std::string_view attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}
}  // namespace

std::optional<Token> session_token(std::string_view header) {
    if (header.size() > longest_cookie_header) return std::nullopt;
    std::optional<std::string_view> value;
    while (!header.empty()) {
        const std::size_t end = std::min(header.find(';'), header.size());
        const std::string_view pair = trimmed(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != cookie_name) continue;
        if (value) return std::nullopt;
        value = trimmed(pair.substr(equals + 1));
    }
    if (!value) return std::nullopt;
    auto token = Token::parse(*value);
    if (!token) return std::nullopt;
    return *std::move(token);
}

std::string set_cookie(const Token& token) { return fmt::format("{}={}{}", cookie_name, token.reveal(), attributes); }

std::string clear_cookie() { return fmt::format("{}={}; Max-Age=0", cookie_name, attributes); }

}  // namespace boardgate::boardgated
