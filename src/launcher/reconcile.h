// SPDX-License-Identifier: MIT
// Reconciles doors with accounts, at boot and then every hour: opens the doors of open accounts, and closes the doors of
// closed or deleted accounts, and of boards that nobody woke for door_rest.
#pragma once

#include "src/base/clock.h"
#include "src/launcher/doors.h"
#include "src/tickets/ticket_store.h"

namespace boardgate::launcher {

/// False if a door could not be made.
[[nodiscard]] bool reconcile(const DoorRecords& records, Doors& doors, const Settings& settings, const Clock& clock);

/// Logs that a session ends because its account was deleted or replaced, or because its password has changed.
void log_outdated(const tickets::Ticket& ticket);
/// Removes the tickets of accounts that are deleted or replaced, and those from before a change of the password.
void revoke_outdated(const tickets::TicketStore& tickets);

/// Closes the doors outside of door_ports, before the packet filter stops guarding their ports. Opening such a board
/// makes a new door.
void close_strays(const DoorRecords& records, Doors& doors, const Settings& settings);
/// Before boardgate is removed or deactivated: doors that systemctl closes from now on are not held.
void release_all(const DoorRecords& records);

}  // namespace boardgate::launcher
