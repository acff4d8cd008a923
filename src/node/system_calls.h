// SPDX-License-Identifier: MIT
// The system calls that a board may not make (seccomp(2)).
#pragma once

#include "src/base/error.h"

namespace boardgate::node {

/// For this process and all that it starts, for ever. It must not be able to gain privileges any more.
[[nodiscard]] Result<void> refuse_system_calls();

}  // namespace boardgate::node
