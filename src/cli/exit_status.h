// SPDX-License-Identifier: MIT
// The exit statuses of boardgate(1).
#pragma once

namespace boardgate::cli::exit_status {
inline constexpr int done = 0;
inline constexpr int refused = 1;  ///< refused or failed; standard error has the reason
inline constexpr int usage = 2;
inline constexpr int unreachable = 3;  ///< the server does not answer
}  // namespace boardgate::cli::exit_status
