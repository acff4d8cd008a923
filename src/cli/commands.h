// SPDX-License-Identifier: MIT
// The handlers of commands.inc. Each prints its result; on failure it returns the reason.
#pragma once

#include "src/cli/arguments.h"
#include "src/cli/connection.h"

namespace boardgate::cli {

#define COMMAND(name, handler, help) [[nodiscard]] CommandResult<void> handler(const Arguments& arguments);
#include "src/cli/commands.inc"
#undef COMMAND

}  // namespace boardgate::cli
