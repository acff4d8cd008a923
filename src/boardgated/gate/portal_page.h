// SPDX-License-Identifier: MIT
// A page of boardgated's own, in the design of the portal (nginx/portal/index.html).
#pragma once

#include <string>
#include <string_view>

#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

/// An element for the head that loads a script of the portal.
[[nodiscard]] std::string portal_script(const std::string& file);

/// Without scripts the head names only `user`; header.js adds what else the portal's page has there.
[[nodiscard]] Response portal_page(int status, const std::string& title, const std::string& user, const std::string& head,
                                   const std::string& main);

/// A text, escaped for HTML content and attribute values.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace boardgate::boardgated
