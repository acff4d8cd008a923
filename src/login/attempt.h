// SPDX-License-Identifier: MIT
// One login, from the first message to the verdict.
#pragma once

#include "src/base/clock.h"
#include "src/base/settings.h"
#include "src/tickets/ticket_store.h"

namespace boardgate::login {

inline constexpr const char* pam_service = "boardgate";

/// No refusal is answered sooner after the last answer, and each takes a random moment longer, so that time
/// does not tell an unknown name from a wrong password. PAM's own delays are off (pam.cc).
struct RefusalPace {
    std::chrono::milliseconds floor{2000};
    std::chrono::milliseconds jitter{400};
};

/// Talks to the peer until the verdict was sent: about a login, or about one of earlier. An error is for the journal:
/// the peer went away or sent something that it must not.
[[nodiscard]] Result<void> attempt(int socket, const Settings& settings, const tickets::TicketStore& store, const Clock& clock,
                                   const RefusalPace& pace = {});
/// The same for somebody at a shell of this server: the kernel has said who, PAM's account stage and our own
/// rules say whether.
[[nodiscard]] Result<void> local_attempt(int socket, uid_t caller, const Settings& settings, const tickets::TicketStore& store,
                                         const Clock& clock);

}  // namespace boardgate::login
