// SPDX-License-Identifier: MIT
// The tables of the database, and the migration from older versions.
#pragma once

#include "src/boardgated/storage/database.h"

namespace boardgate::boardgated {

/// The present version of the tables; PRAGMA user_version in the file.
[[nodiscard]] int schema_version();

/// Migrates step by step, each in a transaction. A copy of the old file is kept beside it as `boardgate.db.version-1`. A
/// file of a newer boardgate is an error and is not changed.
[[nodiscard]] Result<void> bring_up_to_date(Database& database);

}  // namespace boardgate::boardgated
