// SPDX-License-Identifier: MIT
// What PAM and closed_accounts.h decide about an account.
#pragma once

#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/base/peer.h"
#include "src/base/settings.h"
#include "src/login/pam.h"
#include "src/wire/messages.h"

namespace boardgate::login {

inline constexpr const char* pam_service = "boardgate";

struct Decision {
    wire::LoginOutcome outcome;
    std::string reason;  ///< for the journal
    Account account{};
};

/// Runs the steps of a PAM transaction. All must succeed, and the account must be open.
[[nodiscard]] Decision decide(Pam& pam, const std::vector<int (Pam::*)()>& steps, const Settings& settings, const Clock& clock);

/// For a name that the kernel or a ticket has proved: only the account stage. An error if the conversation was interrupted.
[[nodiscard]] Result<Decision> decide_about(const Account& account, const std::string& address, Conversation conversation,
                                            const Settings& settings, const Clock& clock);

}  // namespace boardgate::login
