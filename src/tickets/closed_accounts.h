// SPDX-License-Identifier: MIT
// Accounts that get no ticket, and for which one that is left is worth nothing: root and the system's, those without a
// login shell, and those that an administrator has closed. Beyond that PAM says who may log in (boardgate-login).
#pragma once

#include <string>

#include "src/base/clock.h"
#include "src/base/peer.h"
#include "src/base/settings.h"

namespace boardgate::tickets {

/// Why, as a phrase; empty when it is open. Accounts of a directory service, which has no shadow(5), are open as
/// long as they exist and have a shell.
[[nodiscard]] std::string why_closed(const Account& account, const Settings& settings, const Clock& clock);

}  // namespace boardgate::tickets
