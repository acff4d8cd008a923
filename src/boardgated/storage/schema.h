// SPDX-License-Identifier: MIT
// The tables of the database, and how those of an older boardgate become today's.
#pragma once

#include "src/boardgated/storage/database.h"

namespace boardgate::boardgated {

/// Of today's tables; in the file it is PRAGMA user_version.
[[nodiscard]] int schema_version();

/// Step by step, each whole or not at all. A copy of what was there before is left beside the file, as
/// `boardgate.db.version-1`. A file of a newer boardgate is an error, and stays as it is.
[[nodiscard]] Result<void> bring_up_to_date(Database& database);

}  // namespace boardgate::boardgated
