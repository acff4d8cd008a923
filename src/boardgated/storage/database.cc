// SPDX-License-Identifier: MIT
#include "src/boardgated/storage/database.h"

#include <fmt/format.h>

namespace boardgate::boardgated {

Result<Database> Database::open(const std::string& path) {
    sqlite3* raw = nullptr;
    const int status = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(raw, path);
    if (status != SQLITE_OK) return database.error("cannot open the database");
    sqlite3_busy_timeout(raw, 2000);
    // FULL: a session or board that a response confirmed survives a power failure.
    if (const auto set = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"); !set) return error_of(set);
    return database;
}

Result<void> Database::execute(const std::string& sql) {
    if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return error("the database refused a statement");
    return {};
}

tl::unexpected<Error> Database::error(const std::string& what) const {
    Error error{fmt::format("{}: {}", what, sqlite3_errmsg(connection_.get())), {}, fmt::format("check the disk of {}", path_)};
    const int code = sqlite3_errcode(connection_.get());
    if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) error.sys = sqlite3_system_errno(connection_.get());
    if (code == SQLITE_FULL || error.sys == ENOSPC || error.sys == EDQUOT) {
        error.remedy = fmt::format("free some space on the disk of {}", path_);
    } else if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM) {
        error.remedy =
            fmt::format("the user boardgate must be able to write {} and its folder; then: systemctl restart boardgate.target", path_);
        error.lasting = true;
    } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        error.remedy = fmt::format("{} is damaged: restore a copy of it, or move it away to start without sessions and boards", path_);
        error.lasting = true;
    }
    return tl::make_unexpected(std::move(error));
}

Database::Statement::Statement(Database& database, const char* sql) {
    good_ = sqlite3_prepare_v2(database.connection_.get(), sql, -1, &raw_, nullptr) == SQLITE_OK;
}

Database::Statement& Database::Statement::bind(const std::string& value) {
    good_ = good_ && sqlite3_bind_text(raw_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT) == SQLITE_OK;
    return *this;
}

Database::Statement& Database::Statement::bind(std::int64_t value) {
    good_ = good_ && sqlite3_bind_int64(raw_, ++bound_, value) == SQLITE_OK;
    return *this;
}

bool Database::Statement::step() {
    const int status = good_ ? sqlite3_step(raw_) : SQLITE_ERROR;
    good_ = status == SQLITE_ROW || status == SQLITE_DONE;
    return status == SQLITE_ROW;
}

void Database::Statement::reset() {
    sqlite3_reset(raw_);
    bound_ = 0;
}

std::string Database::Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw_, column)));
}

}  // namespace boardgate::boardgated
