// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_health.h"

namespace boardgate::boardgated {

ApiResult<Response> ApiHealth::read(Call& call) const {
    if (!call.request.is_from_this_server()) return problem(Code::not_local, "only a request from the server itself may read the health");
    if (!gate_.healthy()) {
        return problem(Code::gate_unsound, "the packet filter is not in force; see: systemctl status boardgate-gate");
    }
    Json::Value health(Json::objectValue);
    health["gate"] = "sound";
    return json_response(200, health);
}

}  // namespace boardgate::boardgated
