// SPDX-License-Identifier: MIT
// /api/v1/health: for the machine's own monitoring.
#pragma once

#include "src/boardgated/api/call.h"
#include "src/boardgated/gate/gate.h"

namespace boardgate::boardgated {

class ApiHealth {
public:
    explicit ApiHealth(const Gate& gate) : gate_(gate) {}
    [[nodiscard]] ApiResult<Response> read(Call& call) const;

private:
    const Gate& gate_;
};

}  // namespace boardgate::boardgated
