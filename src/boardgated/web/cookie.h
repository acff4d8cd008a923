// SPDX-License-Identifier: MIT
// The session cookie (RFC 6265bis). `__Host-` binds it to this host; `Http` keeps scripts of other ports from
// planting one, in browsers that know that prefix.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/base/secret.h"

namespace boardgate::boardgated {

inline constexpr std::string_view cookie_name = "__Host-Http-boardgate";

/// The token in a Cookie header. Nothing if the cookie is missing, malformed or there twice (another site may have planted
/// one), and if the header is longer than longest_cookie_header.
[[nodiscard]] std::optional<Token> session_token(std::string_view cookie_header);

/// The values of Set-Cookie that start and end a session.
[[nodiscard]] std::string set_cookie(const Token& token);
[[nodiscard]] std::string clear_cookie();

}  // namespace boardgate::boardgated
