// SPDX-License-Identifier: MIT
// /api/v1/health: for the machine's own monitoring.
#pragma once

#include "src/boardgated/call.h"
#include "src/boardgated/gate.h"

namespace boardgate::boardgated {

class ApiHealth {
public:
    explicit ApiHealth(const Gate& gate) : gate_(gate) {}
    [[nodiscard]] Reply read(Call& call) const;

private:
    const Gate& gate_;
};

}  // namespace boardgate::boardgated
