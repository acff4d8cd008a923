// SPDX-License-Identifier: MIT
// Answers requests of views that the view gate refused, and those that boardgated answers itself (BG_ROLE view_answer).
#pragma once

#include "src/boardgated/gate/view_gate.h"

namespace boardgate::boardgated {

/// The response to what decide() said. It names neither title, owner nor state of a board that the person may not see.
[[nodiscard]] Response view_answer(const ViewDecision& decision, const Registry& registry);

}  // namespace boardgate::boardgated
