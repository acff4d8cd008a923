// SPDX-License-Identifier: MIT
// Does a request that changes something come from the portal's own pages? Fetch Metadata (W3C) decides; a client
// without it must send an equal Origin (RFC 6454). Programs on other ports of this host are `same-site`: hostile.
// Boards below /b/ have the portal's origin, but only their forms can reach the API. The portal sends its requests by
// script, so a navigation is never the portal's.
#pragma once

#include "src/boardgated/web/request.h"

namespace boardgate::boardgated {

[[nodiscard]] bool is_same_origin(const Request& request);
/// The same for plain values, for tests.
[[nodiscard]] bool is_same_origin(std::string_view sec_fetch_site, std::string_view sec_fetch_mode, std::string_view origin,
                                  std::string_view host);

}  // namespace boardgate::boardgated
