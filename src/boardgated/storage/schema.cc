// SPDX-License-Identifier: MIT
#include "src/boardgated/storage/schema.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iterator>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

/// The migration from one version to the next. Never change a migration that was installed anywhere: add a new migration.
struct Step {
    const char* sql;
    const char* done_if = nullptr;  ///< finds a row in a database that needs no change
};

constexpr Step steps[] = {
    {R"sql(
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY, uid INTEGER NOT NULL, user TEXT NOT NULL,
    created INTEGER NOT NULL, last_used INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE boards (
    id TEXT PRIMARY KEY, uid INTEGER NOT NULL, owner TEXT NOT NULL, port INTEGER NOT NULL,
    options TEXT NOT NULL, created INTEGER NOT NULL, last_viewed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql"},
    // Files of version 1 exist with and without these tables and columns: the version number was not increased.
    {R"sql(
CREATE TABLE IF NOT EXISTS presets (
    uid INTEGER NOT NULL, name TEXT NOT NULL, options TEXT NOT NULL, PRIMARY KEY (uid, name)
) STRICT, WITHOUT ROWID;
)sql"},
    {R"sql(
ALTER TABLE sessions ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
)sql",
     "SELECT 1 FROM pragma_table_info('sessions') WHERE name = 'address'"},
    {R"sql(
CREATE TABLE revocations (hash TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
)sql"},
    // A board is found by its folders; a deleted one is kept for a while; an administrator may hold it; the
    // reason of its failure is kept here, because its unit is reset.
    {R"sql(
ALTER TABLE boards ADD COLUMN paths TEXT NOT NULL DEFAULT '';
ALTER TABLE boards ADD COLUMN folders TEXT NOT NULL DEFAULT '';
ALTER TABLE boards ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX boards_by_paths ON boards (uid, paths);
CREATE INDEX boards_by_folders ON boards (uid, folders);
CREATE TABLE made_boards (
    uid INTEGER NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, board TEXT NOT NULL, made INTEGER NOT NULL, PRIMARY KEY (uid, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE holds (
    board TEXT PRIMARY KEY, holder TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE failures (
    board TEXT PRIMARY KEY, invocation TEXT NOT NULL, failure TEXT NOT NULL, since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
     "SELECT 1 FROM pragma_table_info('boards') WHERE name = 'deleted'"},
    {R"sql(
ALTER TABLE boards ADD COLUMN home TEXT NOT NULL DEFAULT '';
ALTER TABLE boards ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
)sql",
     "SELECT 1 FROM pragma_table_info('boards') WHERE name = 'aside'"},
    // To whom boards are shown, their open views (so that a restart interrupts no page), and who asks to see a board.
    {R"sql(
CREATE TABLE shares (
    board TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('user', 'group', 'everybody')), name TEXT NOT NULL, number INTEGER NOT NULL,
    since INTEGER NOT NULL, until INTEGER NOT NULL, last_viewed INTEGER NOT NULL, last_viewed_by TEXT NOT NULL,
    PRIMARY KEY (board, kind, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE views (
    hash TEXT PRIMARY KEY, session TEXT NOT NULL, uid INTEGER NOT NULL, board TEXT NOT NULL, opened INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE asks (
    board TEXT NOT NULL, uid INTEGER NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (board, uid)
) STRICT, WITHOUT ROWID;
)sql",
     "SELECT 1 FROM pragma_table_info('shares')"},
    {R"sql(
CREATE TABLE IF NOT EXISTS run_notes (
    uid INTEGER NOT NULL, home TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (uid, home, path)
) STRICT, WITHOUT ROWID;
)sql"},
    // The home of each person at the last login.
    {R"sql(
CREATE TABLE people (uid INTEGER PRIMARY KEY, name TEXT NOT NULL, home TEXT NOT NULL, proved INTEGER NOT NULL) STRICT;
)sql",
     "SELECT 1 FROM pragma_table_info('people')"},
};

Result<int> version_of(Database& database) {
    Database::Statement ask(database, "PRAGMA user_version");
    if (!ask.step()) return database.error("cannot read the database");
    return static_cast<int>(ask.number(0));
}

Result<void> keep_copy(Database& database, const std::string& path) {
    unlink(path.c_str());  // left over from an interrupted attempt; the original still exists
    Database::Statement copy(database, "VACUUM INTO ?1");
    copy.bind(path).step();
    if (!copy.good()) return database.error("cannot copy the database before upgrading it, to " + path);
    return {};
}

Result<void> take(const Step& step, int version, Database& database) {
    Database::Transaction all(database);
    if (!all.begun()) return all.begun();
    const bool done = step.done_if != nullptr && Database::Statement(database, step.done_if).step();
    if (!done) {
        if (auto changed = database.execute(step.sql); !changed) return changed;
    }
    if (auto counted = database.execute("PRAGMA user_version=" + std::to_string(version)); !counted) return counted;
    return all.commit();
}

}  // namespace

int schema_version() { return static_cast<int>(std::size(steps)); }

Result<void> bring_up_to_date(Database& database) {
    const auto found = version_of(database);
    if (!found) return error_of(found);
    if (*found == schema_version()) return {};
    const std::string from = std::to_string(*found);
    if (*found > schema_version()) {
        std::string what =
            fmt::format("the database was written by a newer boardgate (version {}, this one knows {})", from, schema_version());
        return tl::make_unexpected(Error{std::move(what), database.path(),
                                         "install that boardgate again, or restore the copy that it left beside the file", 0, true});
    }
    if (*found > 0) {
        const std::string copy = database.path() + ".version-" + from;
        if (auto kept = keep_copy(database, copy); !kept) return kept;
        log_event(Event::reconciled, "the database of an older boardgate becomes version " + std::to_string(schema_version()) +
                                         "; the old database is kept as " + copy);
    }
    for (int version = *found; version < schema_version(); ++version) {
        if (auto taken = take(steps[version], version + 1, database); !taken) return taken;
    }
    return {};
}

}  // namespace boardgate::boardgated
