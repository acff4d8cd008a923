// SPDX-License-Identifier: MIT
// Brings doors and accounts together, at boot before boardgated asks for any door, and then every hour: an account that
// is open has its doors, one that is closed or gone has none.
#pragma once

#include "src/base/clock.h"
#include "src/launcher/doors.h"

namespace boardgate::launcher {

/// False when a door could not be made.
[[nodiscard]] bool reconcile(const DoorRecords& records, Doors& doors, const Settings& settings, const Clock& clock);

/// Closes the doors that are not in the range any more, before the packet filter leaves their ports to everybody.
/// Opening such a board makes it a door again.
void close_strays(const DoorRecords& records, Doors& doors, const Settings& settings);

}  // namespace boardgate::launcher
