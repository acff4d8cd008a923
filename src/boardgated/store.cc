// SPDX-License-Identifier: MIT
#include "src/boardgated/store.h"

namespace boardgate::boardgated {

namespace {

constexpr int schema_version = 1;

constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS sessions (
    hash TEXT PRIMARY KEY, uid INTEGER NOT NULL, user TEXT NOT NULL,
    created INTEGER NOT NULL, last_used INTEGER NOT NULL, expires INTEGER NOT NULL,
    name TEXT NOT NULL, address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS boards (
    id TEXT PRIMARY KEY, uid INTEGER NOT NULL, owner TEXT NOT NULL, port INTEGER NOT NULL,
    options TEXT NOT NULL, created INTEGER NOT NULL, last_viewed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS presets (
    uid INTEGER NOT NULL, name TEXT NOT NULL, options TEXT NOT NULL, PRIMARY KEY (uid, name)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace

/// A prepared statement; `?1`, `?2`, ... are bound in the order of the calls.
class Store::Statement {
public:
    Statement(sqlite3* database, const char* sql) { good_ = sqlite3_prepare_v2(database, sql, -1, &raw_, nullptr) == SQLITE_OK; }
    ~Statement() { sqlite3_finalize(raw_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(const std::string& value) {
        good_ = good_ && sqlite3_bind_text(raw_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT) == SQLITE_OK;
        return *this;
    }
    Statement& bind(std::int64_t value) {
        good_ = good_ && sqlite3_bind_int64(raw_, ++bound_, value) == SQLITE_OK;
        return *this;
    }
    /// True while there is a row.
    bool step() {
        const int status = good_ ? sqlite3_step(raw_) : SQLITE_ERROR;
        good_ = status == SQLITE_ROW || status == SQLITE_DONE;
        return status == SQLITE_ROW;
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::string text(int column) const {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw_, column));
        return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw_, column)));
    }
    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(raw_, column); }

private:
    sqlite3_stmt* raw_ = nullptr;
    int bound_ = 0;
    bool good_ = false;
};

tl::unexpected<Error> Store::database_error(const std::string& what) const {
    return failure(what + ": " + sqlite3_errmsg(database_.get()), {}, "check the disk and " + std::string(standard_path));
}

Result<std::unique_ptr<Store>> Store::open(const std::string& path) {
    sqlite3* raw = nullptr;
    const int status = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Store> store(new Store(raw));
    if (status != SQLITE_OK) return store->database_error("cannot open the database");
    sqlite3_busy_timeout(raw, 2000);
    if (auto migrated = store->migrate(); !migrated) return tl::make_unexpected(migrated.error());
    return store;
}

Result<void> Store::execute(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return database_error("the database refuses");
    return {};
}

Result<void> Store::migrate() {
    // FULL: a session or a board that was answered for survives a power cut.
    if (auto set = execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"); !set) return set;
    std::int64_t version = 0;
    {
        Statement ask(database_.get(), "PRAGMA user_version");
        if (!ask.step()) return database_error("the database is damaged");
        version = ask.number(0);
    }
    if (version > schema_version) {
        return failure("the database was written by a newer boardgate", standard_path,
                       "install that version again, or move the file aside");
    }
    if (auto made = execute(schema); !made) return made;
    return execute(("PRAGMA user_version=" + std::to_string(schema_version)).c_str());
}

Result<void> Store::put_session(const SessionRow& row) {
    const std::lock_guard lock(mutex_);
    Statement put(database_.get(), "INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    put.bind(row.hash).bind(std::int64_t{row.uid}).bind(row.user).bind(row.created).bind(row.last_used).bind(row.expires);
    put.bind(row.name).bind(row.address).step();
    if (!put.good()) return database_error("cannot write a session");
    return {};
}

Result<void> Store::delete_session(const std::string& hash) {
    const std::lock_guard lock(mutex_);
    Statement remove(database_.get(), "DELETE FROM sessions WHERE hash = ?1");
    remove.bind(hash).step();
    if (!remove.good()) return database_error("cannot delete a session");
    return {};
}

Result<std::vector<SessionRow>> Store::sessions() {
    const std::lock_guard lock(mutex_);
    std::vector<SessionRow> rows;
    Statement ask(database_.get(), "SELECT hash, uid, user, created, last_used, expires, name, address FROM sessions");
    while (ask.step()) {
        rows.push_back({ask.text(0), static_cast<std::uint32_t>(ask.number(1)), ask.text(2), ask.number(3), ask.number(4), ask.number(5),
                        ask.text(6), ask.text(7)});
    }
    if (!ask.good()) return database_error("cannot read the sessions");
    return rows;
}

Result<void> Store::put_board(const BoardRow& row) {
    const std::lock_guard lock(mutex_);
    Statement put(database_.get(), "INSERT OR REPLACE INTO boards VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    put.bind(row.id).bind(std::int64_t{row.uid}).bind(row.owner).bind(std::int64_t{row.port}).bind(row.options);
    put.bind(row.created).bind(row.last_viewed).step();
    if (!put.good()) return database_error("cannot write a board");
    return {};
}

Result<void> Store::delete_board(const std::string& id) {
    const std::lock_guard lock(mutex_);
    Statement remove(database_.get(), "DELETE FROM boards WHERE id = ?1");
    remove.bind(id).step();
    if (!remove.good()) return database_error("cannot delete a board");
    return {};
}

Result<std::vector<BoardRow>> Store::boards() {
    const std::lock_guard lock(mutex_);
    std::vector<BoardRow> rows;
    Statement ask(database_.get(), "SELECT id, uid, owner, port, options, created, last_viewed FROM boards");
    while (ask.step()) {
        rows.push_back({ask.text(0), static_cast<std::uint32_t>(ask.number(1)), ask.text(2), static_cast<std::uint16_t>(ask.number(3)),
                        ask.text(4), ask.number(5), ask.number(6)});
    }
    if (!ask.good()) return database_error("cannot read the boards");
    return rows;
}

Result<void> Store::put_preset(std::uint32_t uid, const PresetRow& row) {
    const std::lock_guard lock(mutex_);
    Statement put(database_.get(), "INSERT OR REPLACE INTO presets VALUES (?1, ?2, ?3)");
    put.bind(std::int64_t{uid}).bind(row.name).bind(row.options).step();
    if (!put.good()) return database_error("cannot write a preset");
    return {};
}

Result<void> Store::delete_preset(std::uint32_t uid, const std::string& name) {
    const std::lock_guard lock(mutex_);
    Statement remove(database_.get(), "DELETE FROM presets WHERE uid = ?1 AND name = ?2");
    remove.bind(std::int64_t{uid}).bind(name).step();
    if (!remove.good()) return database_error("cannot delete a preset");
    return {};
}

Result<std::vector<PresetRow>> Store::presets(std::uint32_t uid) {
    const std::lock_guard lock(mutex_);
    std::vector<PresetRow> rows;
    Statement ask(database_.get(), "SELECT name, options FROM presets WHERE uid = ?1 ORDER BY name");
    ask.bind(std::int64_t{uid});
    while (ask.step()) rows.push_back({ask.text(0), ask.text(1)});
    if (!ask.good()) return database_error("cannot read the presets");
    return rows;
}

}  // namespace boardgate::boardgated
