// SPDX-License-Identifier: MIT
// The tables of shared boards: shares, views, asks.
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

using Statement = Database::Statement;

namespace {
template <class Bind>
Result<void> run(Database& database, const char* sql, const char* what, Bind bind) {
    Statement statement(database, sql);
    bind(statement);
    statement.step();
    if (!statement.good()) return database.error(what);
    return {};
}
}  // namespace

Result<void> Store::put_share(const ShareRow& row) {
    return run(*database_.lock(), "INSERT OR REPLACE INTO shares VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "cannot write a share",
               [&](Statement& put) {
                   put.bind(row.board).bind(row.kind).bind(row.name).bind(std::int64_t{row.number});
                   put.bind(row.since).bind(row.until).bind(row.last_viewed).bind(row.last_viewed_by);
               });
}

Result<void> Store::delete_share(const ShareRow& row) {
    return run(*database_.lock(), "DELETE FROM shares WHERE board = ?1 AND kind = ?2 AND name = ?3", "cannot delete a share",
               [&](Statement& remove) { remove.bind(row.board).bind(row.kind).bind(row.name); });
}

Result<void> Store::delete_shares(const std::string& board) {
    return run(*database_.lock(), "DELETE FROM shares WHERE board = ?1", "cannot delete the shares of a board",
               [&](Statement& remove) { remove.bind(board); });
}

Result<std::vector<ShareRow>> Store::shares() {
    const auto database = database_.lock();
    std::vector<ShareRow> rows;
    Statement ask(*database,
                  "SELECT board, kind, name, number, since, until, last_viewed, last_viewed_by FROM shares ORDER BY since, name");
    while (ask.step()) {
        rows.push_back({ask.text(0), ask.text(1), ask.text(2), static_cast<std::uint32_t>(ask.number(3)), ask.number(4), ask.number(5),
                        ask.number(6), ask.text(7)});
    }
    if (!ask.good()) return database->error("cannot read the shares");
    return rows;
}

Result<void> Store::put_view(const ViewRow& row) {
    return run(*database_.lock(), "INSERT OR REPLACE INTO views VALUES (?1, ?2, ?3, ?4, ?5)", "cannot write a view",
               [&](Statement& put) { put.bind(row.hash).bind(row.session).bind(std::int64_t{row.uid}).bind(row.board).bind(row.opened); });
}

Result<void> Store::delete_views(const std::vector<std::string>& hashes) {
    if (hashes.empty()) return {};
    const auto database = database_.lock();
    Database::Transaction all(*database);
    if (!all.begun()) return all.begun();
    for (const std::string& hash : hashes) {
        auto gone =
            run(*database, "DELETE FROM views WHERE hash = ?1", "cannot delete a view", [&](Statement& remove) { remove.bind(hash); });
        if (!gone) return gone;
    }
    return all.commit();
}

Result<std::vector<ViewRow>> Store::views() {
    const auto database = database_.lock();
    std::vector<ViewRow> rows;
    Statement ask(*database, "SELECT hash, session, uid, board, opened FROM views");
    while (ask.step()) rows.push_back({ask.text(0), ask.text(1), static_cast<std::uint32_t>(ask.number(2)), ask.text(3), ask.number(4)});
    if (!ask.good()) return database->error("cannot read the views");
    return rows;
}

Result<void> Store::put_ask(const AskRow& row) {
    return run(*database_.lock(), "INSERT OR REPLACE INTO asks VALUES (?1, ?2, ?3, ?4)", "cannot write who asks",
               [&](Statement& put) { put.bind(row.board).bind(std::int64_t{row.uid}).bind(row.name).bind(row.since); });
}

Result<void> Store::delete_ask(const std::string& board, std::uint32_t uid) {
    return run(*database_.lock(), "DELETE FROM asks WHERE board = ?1 AND uid = ?2", "cannot forget who asks",
               [&](Statement& remove) { remove.bind(board).bind(std::int64_t{uid}); });
}

Result<std::vector<AskRow>> Store::asks() {
    const auto database = database_.lock();
    std::vector<AskRow> rows;
    Statement ask(*database, "SELECT board, uid, name, since FROM asks ORDER BY since");
    while (ask.step()) rows.push_back({ask.text(0), static_cast<std::uint32_t>(ask.number(1)), ask.text(2), ask.number(3)});
    if (!ask.good()) return database->error("cannot read who asks");
    return rows;
}

Result<void> Store::put_person(const PersonRow& row) {
    return run(
        *database_.lock(), "INSERT OR REPLACE INTO people VALUES (?1, ?2, ?3, ?4)", "cannot write a person's home",
        [&](Statement& put) { put.bind(std::int64_t{row.uid}).bind(row.name).bind(row.home).bind(std::int64_t{row.proved ? 1 : 0}); });
}

Result<std::vector<PersonRow>> Store::people() {
    const auto database = database_.lock();
    std::vector<PersonRow> rows;
    Statement ask(*database, "SELECT uid, name, home, proved FROM people");
    while (ask.step()) rows.push_back({static_cast<std::uint32_t>(ask.number(0)), ask.text(1), ask.text(2), ask.number(3) != 0});
    if (!ask.good()) return database->error("cannot read the homes of people");
    return rows;
}

Result<void> Store::delete_presets(std::uint32_t uid) {
    return run(*database_.lock(), "DELETE FROM presets WHERE uid = ?1", "cannot delete presets",
               [&](Statement& remove) { remove.bind(std::int64_t{uid}); });
}

Result<void> Store::delete_sharing_of(const std::string& board) {
    const auto database = database_.lock();
    Database::Transaction all(*database);
    if (!all.begun()) return all.begun();
    for (const char* sql :
         {"DELETE FROM shares WHERE board = ?1", "DELETE FROM views WHERE board = ?1", "DELETE FROM asks WHERE board = ?1"}) {
        if (auto gone = run(*database, sql, "cannot end the shares of a board", [&](Statement& remove) { remove.bind(board); }); !gone)
            return gone;
    }
    return all.commit();
}

}  // namespace boardgate::boardgated
