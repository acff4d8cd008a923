// SPDX-License-Identifier: MIT
// Checks the accounts of earlier logins again, one after the other, each with its own PAM transaction. A module that hangs,
// crashes or exits ends this process: boardgated asks about the next account in a new one.
#pragma once

#include "src/base/clock.h"
#include "src/base/settings.h"
#include "src/tickets/ticket_store.h"
#include "src/wire/messages.h"

namespace boardgate::login {

/// Answers each CheckLogins, from the first on, until the peer closes the connection. The tickets of logins that have ended
/// are revoked. An error is for the journal.
[[nodiscard]] Result<void> check_accounts(int socket, const wire::Datagram& first, const Settings& settings,
                                          const tickets::TicketStore& store, const Clock& clock);

}  // namespace boardgate::login
