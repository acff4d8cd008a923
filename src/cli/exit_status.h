// SPDX-License-Identifier: MIT
// What boardgate(1) ends with.
#pragma once

namespace boardgate::cli::exit_status {
inline constexpr int done = 0;
inline constexpr int refused = 1;  ///< refused or failed; the reason was said
inline constexpr int usage = 2;
inline constexpr int unreachable = 3;  ///< the server does not answer
}  // namespace boardgate::cli::exit_status
