// SPDX-License-Identifier: MIT
// Did a request that changes something come from the portal's own pages? Fetch Metadata (W3C) decides; a client
// without it must send an equal Origin (RFC 6454). Boards on other ports of this host say `same-site`: hostile.
// Boards below /b/ have the portal's origin, and of what they can do only a form gets here: the portal has none that
// its scripts do not send, so what navigates is not its own.
#pragma once

#include "src/boardgated/web/request.h"

namespace boardgate::boardgated {

[[nodiscard]] bool is_same_origin(const Request& request);
/// The same on bare values, for tests.
[[nodiscard]] bool is_same_origin(std::string_view sec_fetch_site, std::string_view sec_fetch_mode, std::string_view origin,
                                  std::string_view host);

}  // namespace boardgate::boardgated
