// SPDX-License-Identifier: MIT
// Accounts that get no ticket, and whose tickets are invalid: root, system accounts, accounts without a login shell, and
// accounts that an administrator has closed. For all others PAM decides (boardgate-login).
#pragma once

#include <string>

#include "src/base/clock.h"
#include "src/base/peer.h"
#include "src/base/settings.h"

namespace boardgate::tickets {

/// The reason, as a phrase; empty if the account is open. Accounts of a directory service, which has no shadow(5), are
/// open as long as they exist and have a shell.
[[nodiscard]] std::string why_closed(const Account& account, const Settings& settings, const Clock& clock);

}  // namespace boardgate::tickets
