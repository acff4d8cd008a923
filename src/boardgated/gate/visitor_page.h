// SPDX-License-Identifier: MIT
// The page at the address of somebody else's board. It is the same for all boards and visitors: visitor.js asks the API what this
// visitor may know.
#pragma once

#include "src/base/names.h"
#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

[[nodiscard]] Response visitor_page(const BoardId& board);

}  // namespace boardgate::boardgated
