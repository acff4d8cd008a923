// SPDX-License-Identifier: MIT
// The launcher sends it to a board when a session of its owner has ended; the board then ends its connections. A program
// that does not know it ignores it (signal(7)).
#pragma once

#include <csignal>

namespace boardgate {

inline constexpr int session_ended_signal = SIGWINCH;

}  // namespace boardgate
