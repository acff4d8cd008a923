// SPDX-License-Identifier: MIT
// The launcher sends it to an awake board after it wrote other options for it; the board then takes those that need no
// restart. A program that does not know it ignores it (signal(7)).
#pragma once

#include <csignal>

namespace boardgate {

inline constexpr int options_changed_signal = SIGURG;

}  // namespace boardgate
