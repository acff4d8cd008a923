// SPDX-License-Identifier: MIT
// Accounts that an administrator has closed: their doors are not made again at boot, and their boards not started,
// whatever ticket is left. Who may log in is for PAM to say (boardgate-login); this is what root can tell without it.
#pragma once

#include <string>

#include "src/base/clock.h"
#include "src/base/peer.h"

namespace boardgate::launcher {

/// Why, as a phrase; empty when it is open. Accounts of a directory service, which has no shadow(5), are open as
/// long as they exist and have a shell.
[[nodiscard]] std::string why_closed(const Account& account, const Clock& clock);

}  // namespace boardgate::launcher
