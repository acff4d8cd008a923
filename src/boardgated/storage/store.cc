// SPDX-License-Identifier: MIT
#include "src/boardgated/storage/store.h"

#include "src/boardgated/storage/schema.h"

namespace boardgate::boardgated {

using Statement = Database::Statement;

Result<std::unique_ptr<Store>> Store::open(const std::string& path) {
    auto database = Database::open(path);
    if (!database) return error_of(database);
    if (const auto ready = bring_up_to_date(*database); !ready) return error_of(ready);
    std::unique_ptr<Store> store(new Store(*std::move(database)));
    return store;
}

/// Executes one statement; `bind` binds its parameters.
template <class Bind>
Result<void> Store::write(const char* sql, const char* what, Bind bind) {
    const auto database = database_.lock();
    Statement statement(*database, sql);
    bind(statement);
    statement.step();
    if (!statement.good()) return database->error(what);
    return {};
}

/// Executes the statement for each row, in one transaction.
template <class Row, class Bind>
Result<void> Store::write_all(const char* sql, const char* what, const std::vector<Row>& rows, Bind bind) {
    if (rows.empty()) return {};
    const auto database = database_.lock();
    Database::Transaction all(*database);
    if (!all.begun()) return all.begun();
    Statement statement(*database, sql);
    for (const Row& row : rows) {
        bind(statement, row);
        statement.step();
        if (!statement.good()) return database->error(what);
        statement.reset();
    }
    return all.commit();
}

Result<void> Store::put_session(const SessionRow& row) {
    return write("INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "cannot write a session", [&](Statement& put) {
        put.bind(row.hash).bind(std::int64_t{row.uid}).bind(row.user).bind(row.created).bind(row.last_used).bind(row.expires);
        put.bind(row.name).bind(row.address);
    });
}

Result<void> Store::rename_session(const std::string& hash, const std::string& name) {
    return write("UPDATE sessions SET name = ?2 WHERE hash = ?1", "cannot name a session",
                 [&](Statement& put) { put.bind(hash).bind(name); });
}

Result<void> Store::end_sessions(const std::vector<std::string>& hashes) {
    if (hashes.empty()) return {};
    const auto database = database_.lock();
    Database::Transaction all(*database);
    if (!all.begun()) return all.begun();
    Statement remove(*database, "DELETE FROM sessions WHERE hash = ?1");
    Statement put(*database, "INSERT OR IGNORE INTO revocations VALUES (?1)");
    for (const std::string& hash : hashes) {
        for (Statement* each : {&remove, &put}) {
            each->bind(hash).step();
            if (!each->good()) return database->error("cannot end a session");
            each->reset();
        }
    }
    return all.commit();
}

Result<std::vector<std::string>> Store::unrevoked() {
    const auto database = database_.lock();
    std::vector<std::string> hashes;
    Statement ask(*database, "SELECT hash FROM revocations");
    while (ask.step()) hashes.push_back(ask.text(0));
    if (!ask.good()) return database->error("cannot read which tickets are to be revoked");
    return hashes;
}

Result<void> Store::forget_revoked(const std::vector<std::string>& hashes) {
    return write_all("DELETE FROM revocations WHERE hash = ?1", "cannot forget a revoked ticket", hashes,
                     [](Statement& remove, const std::string& hash) { remove.bind(hash); });
}

Result<std::vector<SessionRow>> Store::sessions() {
    const auto database = database_.lock();
    std::vector<SessionRow> rows;
    Statement ask(*database, "SELECT hash, uid, user, created, last_used, expires, name, address FROM sessions");
    while (ask.step()) {
        rows.push_back({ask.text(0), static_cast<std::uint32_t>(ask.number(1)), ask.text(2), ask.number(3), ask.number(4), ask.number(5),
                        ask.text(6), ask.text(7)});
    }
    if (!ask.good()) return database->error("cannot read the sessions");
    return rows;
}

namespace {
/// In the column `aside`. For an older boardgate such a board is set aside.
constexpr std::int64_t hidden = 2;
}  // namespace

Result<void> Store::put_board(const BoardRow& row) {
    return write(
        "INSERT OR REPLACE INTO boards (id, uid, owner, port, options, created, last_viewed, paths, folders, deleted, home, aside) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        "cannot write a board", [&](Statement& put) {
            put.bind(row.id).bind(std::int64_t{row.uid}).bind(row.owner).bind(std::int64_t{row.port}).bind(row.options);
            put.bind(row.created).bind(row.last_viewed).bind(row.paths).bind(row.folders).bind(row.deleted);
            put.bind(row.home).bind(std::int64_t{row.hidden ? hidden : row.aside ? 1 : 0});
        });
}

Result<void> Store::delete_board(const std::string& id) {
    const auto database = database_.lock();
    Database::Transaction all(*database);
    if (!all.begun()) return all.begun();
    for (const char* sql :
         {"DELETE FROM holds WHERE board = ?1", "DELETE FROM failures WHERE board = ?1", "DELETE FROM made_boards WHERE board = ?1",
          "DELETE FROM shares WHERE board = ?1", "DELETE FROM views WHERE board = ?1", "DELETE FROM asks WHERE board = ?1",
          "DELETE FROM boards WHERE id = ?1"}) {
        Statement remove(*database, sql);
        remove.bind(id).step();
        if (!remove.good()) return database->error("cannot delete a board");
    }
    return all.commit();
}

/// The boards that fit to `where`, whose parameters `bind` binds.
template <class Bind>
Result<std::vector<BoardRow>> Store::read_boards(const std::string& where, Bind bind) {
    const auto database = database_.lock();
    std::vector<BoardRow> rows;
    const std::string sql =
        "SELECT id, uid, owner, port, options, created, last_viewed, paths, folders, deleted, home, aside FROM boards WHERE " + where;
    Statement ask(*database, sql.c_str());
    bind(ask);
    while (ask.step()) {
        rows.push_back({ask.text(0), static_cast<std::uint32_t>(ask.number(1)), ask.text(2), static_cast<std::uint16_t>(ask.number(3)),
                        ask.text(4), ask.number(5), ask.number(6), ask.text(7), ask.text(8), ask.number(9), ask.text(10),
                        ask.number(11) != 0, ask.number(11) == hidden});
    }
    if (!ask.good()) return database->error("cannot read the boards");
    return rows;
}

Result<std::vector<BoardRow>> Store::boards() {
    return read_boards("deleted = 0", [](Statement&) {});
}

Result<std::vector<BoardRow>> Store::deleted_boards(std::uint32_t uid) {
    return read_boards("deleted <> 0 AND aside = 0 AND uid = ?1 ORDER BY deleted DESC, id",
                       [&](Statement& ask) { ask.bind(std::int64_t{uid}); });
}

Result<std::vector<BoardRow>> Store::boards_deleted_before(std::int64_t before) {
    return read_boards("deleted <> 0 AND deleted < ?1", [&](Statement& ask) { ask.bind(before); });
}

Result<std::vector<std::string>> Store::boards_on(std::uint32_t uid, const std::string& paths, const std::string& folders) {
    const auto found =
        read_boards("uid = ?1 AND deleted = 0 AND (paths = ?2 OR (folders = ?3 AND folders <> '')) ORDER BY created DESC, id",
                    [&](Statement& ask) { ask.bind(std::int64_t{uid}).bind(paths).bind(folders); });
    if (!found) return error_of(found);
    std::vector<std::string> ids;
    for (const BoardRow& row : *found) ids.push_back(row.id);
    return ids;
}

Result<void> Store::put_made_board(std::uint32_t uid, const MadeBoardRow& row) {
    return write("INSERT OR REPLACE INTO made_boards VALUES (?1, ?2, ?3, ?4, ?5)", "cannot write which request made a board",
                 [&](Statement& put) { put.bind(std::int64_t{uid}).bind(row.key).bind(row.request).bind(row.board).bind(row.made); });
}

Result<std::optional<MadeBoardRow>> Store::made_board(std::uint32_t uid, const std::string& key) {
    const auto database = database_.lock();
    Statement ask(*database, "SELECT request, board, made FROM made_boards WHERE uid = ?1 AND key = ?2");
    if (ask.bind(std::int64_t{uid}).bind(key).step()) return MadeBoardRow{key, ask.text(0), ask.text(1), ask.number(2)};
    if (!ask.good()) return database->error("cannot read which request made a board");
    return std::nullopt;
}

Result<void> Store::forget_made_boards(std::int64_t before) {
    return write("DELETE FROM made_boards WHERE made < ?1", "cannot forget which requests made boards",
                 [&](Statement& remove) { remove.bind(before); });
}

Result<void> Store::put_hold(const HoldRow& row) {
    return write("INSERT OR REPLACE INTO holds VALUES (?1, ?2, ?3, ?4)", "cannot write the hold of a board",
                 [&](Statement& put) { put.bind(row.board).bind(row.holder).bind(row.reason).bind(row.since); });
}

Result<void> Store::put_failure(const FailureRow& row) {
    return write("INSERT OR REPLACE INTO failures VALUES (?1, ?2, ?3, ?4)", "cannot write why a board failed",
                 [&](Statement& put) { put.bind(row.board).bind(row.invocation).bind(row.failure).bind(row.since); });
}

Result<std::vector<FailureRow>> Store::failures() {
    const auto database = database_.lock();
    std::vector<FailureRow> rows;
    Statement ask(*database, "SELECT board, invocation, failure, since FROM failures");
    while (ask.step()) rows.push_back({ask.text(0), ask.text(1), ask.text(2), ask.number(3)});
    if (!ask.good()) return database->error("cannot read why boards failed");
    return rows;
}

Result<void> Store::delete_hold(const std::string& board) {
    return write("DELETE FROM holds WHERE board = ?1", "cannot release a board", [&](Statement& remove) { remove.bind(board); });
}

Result<std::vector<HoldRow>> Store::holds() {
    const auto database = database_.lock();
    std::vector<HoldRow> rows;
    Statement ask(*database, "SELECT board, holder, reason, since FROM holds");
    while (ask.step()) rows.push_back({ask.text(0), ask.text(1), ask.text(2), ask.number(3)});
    if (!ask.good()) return database->error("cannot read which boards are held");
    return rows;
}

Result<std::vector<BoardRow>> Store::boards_of(std::uint32_t uid) {
    return read_boards("uid = ?1", [&](Statement& ask) { ask.bind(std::int64_t{uid}); });
}

Result<std::size_t> Store::adopt(const std::string& owner) {
    const auto database = database_.lock();
    Statement change(*database, "UPDATE boards SET home = '' WHERE owner = ?1 AND aside <> 0 RETURNING id");
    change.bind(owner);
    std::size_t boards = 0;
    while (change.step()) ++boards;
    if (!change.good()) return database->error("cannot change the boards");
    return boards;
}

namespace {
void bind_use(Statement& put, const UseRow& use) { put.bind(use.key).bind(use.time); }
}  // namespace

Result<void> Store::sessions_used(const std::vector<UseRow>& uses) {
    return write_all("UPDATE sessions SET last_used = ?2 WHERE hash = ?1", "cannot write when sessions were used", uses, &bind_use);
}

Result<void> Store::boards_viewed(const std::vector<UseRow>& views) {
    return write_all("UPDATE boards SET last_viewed = ?2 WHERE id = ?1", "cannot write when boards were viewed", views, &bind_use);
}

Result<void> Store::put_preset(std::uint32_t uid, const PresetRow& row) {
    return write("INSERT OR REPLACE INTO presets VALUES (?1, ?2, ?3)", "cannot write a preset",
                 [&](Statement& put) { put.bind(std::int64_t{uid}).bind(row.name).bind(row.options); });
}

Result<void> Store::delete_preset(std::uint32_t uid, const std::string& name) {
    return write("DELETE FROM presets WHERE uid = ?1 AND name = ?2", "cannot delete a preset",
                 [&](Statement& remove) { remove.bind(std::int64_t{uid}).bind(name); });
}

Result<std::vector<PresetRow>> Store::presets(std::uint32_t uid) {
    const auto database = database_.lock();
    std::vector<PresetRow> rows;
    Statement ask(*database, "SELECT name, options FROM presets WHERE uid = ?1 ORDER BY name");
    ask.bind(std::int64_t{uid});
    while (ask.step()) rows.push_back({ask.text(0), ask.text(1)});
    if (!ask.good()) return database->error("cannot read the presets");
    return rows;
}

Result<void> Store::put_run_note(std::uint32_t uid, const RunNoteRow& row) {
    return write("INSERT OR REPLACE INTO run_notes VALUES (?1, ?2, ?3, ?4)", "cannot write a note",
                 [&](Statement& put) { put.bind(std::int64_t{uid}).bind(row.home).bind(row.path).bind(row.text); });
}

Result<void> Store::delete_run_note(std::uint32_t uid, const std::string& home, const std::string& path) {
    return write("DELETE FROM run_notes WHERE uid = ?1 AND home = ?2 AND path = ?3", "cannot delete a note",
                 [&](Statement& remove) { remove.bind(std::int64_t{uid}).bind(home).bind(path); });
}

Result<std::vector<RunNoteRow>> Store::run_notes(std::uint32_t uid) {
    const auto database = database_.lock();
    std::vector<RunNoteRow> rows;
    Statement ask(*database, "SELECT home, path, text FROM run_notes WHERE uid = ?1 ORDER BY path");
    ask.bind(std::int64_t{uid});
    while (ask.step()) rows.push_back({ask.text(0), ask.text(1), ask.text(2)});
    if (!ask.good()) return database->error("cannot read the notes");
    return rows;
}

}  // namespace boardgate::boardgated
