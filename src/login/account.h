// SPDX-License-Identifier: MIT
// Who may use boardgate at all, beyond what PAM says: no root, no system account, nobody without a login shell.
#pragma once

#include <string>

#include "src/base/peer.h"
#include "src/base/settings.h"

namespace boardgate::login {

/// Nothing when the account may log in, else the reason, for the journal only: the person gets one text for all.
[[nodiscard]] std::string why_refused(const Account& account, const Settings& settings);

}  // namespace boardgate::login
