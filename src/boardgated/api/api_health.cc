// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_health.h"

namespace boardgate::boardgated {

ApiResult<Response> ApiHealth::read(Call& call) const {
    // From the machine itself a connection to its own address has that address at both ends.
    const std::string_view from = call.request.address();
    const bool local = from == "127.0.0.1" || from == "::1" || (!from.empty() && from == call.request.parameter("SERVER_ADDR"));
    if (!local) return problem(Code::not_local, "only a request from the server itself may read the health");
    if (!gate_.healthy()) {
        return problem(Code::gate_unsound, "the packet filter is not in force; see: systemctl status boardgate-gate");
    }
    Json::Value health(Json::objectValue);
    health["gate"] = "sound";
    return json_response(200, health);
}

}  // namespace boardgate::boardgated
