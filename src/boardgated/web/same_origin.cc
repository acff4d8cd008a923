// SPDX-License-Identifier: MIT
#include "src/boardgated/web/same_origin.h"

namespace boardgate::boardgated {

bool is_same_origin(std::string_view sec_fetch_site, std::string_view sec_fetch_mode, std::string_view origin, std::string_view host) {
    if (sec_fetch_mode == "navigate") return false;
    if (!origin.empty() && (host.empty() || origin != "https://" + std::string(host))) return false;
    if (!sec_fetch_site.empty()) return sec_fetch_site == "same-origin";
    return !origin.empty();
}

bool is_same_origin(const Request& request) {
    return is_same_origin(request.parameter("HTTP_SEC_FETCH_SITE"), request.parameter("HTTP_SEC_FETCH_MODE"),
                          request.parameter("HTTP_ORIGIN"), request.host());
}

}  // namespace boardgate::boardgated
