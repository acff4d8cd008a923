// SPDX-License-Identifier: MIT
// A connection to an SQLite file: statements, transactions, and errors with remedies. Not thread-safe.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "src/base/error.h"

namespace boardgate::boardgated {

class Database {
public:
    /// Opens or creates the file; committed changes survive a power failure.
    [[nodiscard]] static Result<Database> open(const std::string& path);

    class Statement;
    class Transaction;
    [[nodiscard]] Result<void> execute(const std::string& sql);
    /// SQLite's last error, with a remedy.
    [[nodiscard]] tl::unexpected<Error> error(const std::string& what) const;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    struct Close {
        void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    };
    Database(sqlite3* connection, std::string path) : connection_(connection), path_(std::move(path)) {}

    std::unique_ptr<sqlite3, Close> connection_;
    std::string path_;
};

/// A prepared statement; bind() binds `?1`, `?2`, ... in the order of the calls.
class Database::Statement {
public:
    Statement(Database& database, const char* sql);
    ~Statement() { sqlite3_finalize(raw_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(const std::string& value);
    Statement& bind(std::int64_t value);
    /// Executes the statement up to the next row; false when there is none.
    bool step();
    /// Prepares the statement for the next binding and execution.
    void reset();
    /// False if anything has failed since the preparation.
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(raw_, column); }

private:
    sqlite3_stmt* raw_ = nullptr;
    int bound_ = 0;
    bool good_ = false;
};

/// A transaction; the destructor rolls it back unless commit() succeeded.
class Database::Transaction {
public:
    explicit Transaction(Database& database)
        : database_(database), begun_(database.execute("BEGIN IMMEDIATE")), open_(begun_.has_value()) {}
    ~Transaction() {
        if (open_) (void)database_.execute("ROLLBACK");  // fails if SQLite has already rolled back
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    [[nodiscard]] const Result<void>& begun() const { return begun_; }
    [[nodiscard]] Result<void> commit() {
        auto committed = database_.execute("COMMIT");
        open_ = !committed;
        return committed;
    }

private:
    Database& database_;
    Result<void> begun_;
    bool open_;
};

}  // namespace boardgate::boardgated
