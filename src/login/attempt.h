// SPDX-License-Identifier: MIT
// One login, from the first message to the verdict; or checks of earlier ones (account_checks.h).
#pragma once

#include "src/base/clock.h"
#include "src/base/settings.h"
#include "src/tickets/ticket_store.h"

namespace boardgate::login {

/// The minimum time of a refusal after the last answer. A random delay is added, so that time does not distinguish an
/// unknown name from a wrong password. PAM's own delays are off (pam.cc).
struct RefusalPace {
    std::chrono::milliseconds floor{2000};
    std::chrono::milliseconds jitter{400};
};

/// Handles one connection: a login until the verdict is sent, or checks of earlier logins. An error is for the journal: the peer
/// closed the connection or sent an invalid message.
[[nodiscard]] Result<void> attempt(int socket, const Settings& settings, const tickets::TicketStore& store, const Clock& clock,
                                   const RefusalPace& pace = {});
/// The same for a local account, which the kernel has identified: PAM's account stage and closed_accounts.h decide.
[[nodiscard]] Result<void> local_attempt(int socket, uid_t caller, const Settings& settings, const tickets::TicketStore& store,
                                         const Clock& clock);

}  // namespace boardgate::login
