// SPDX-License-Identifier: MIT
// The commands of administrators: hold, release.
#include <fmt/format.h>

#include "src/cli/commands.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

using Json::Value;

/// The boards of a person, or the one whose id begins like this.
CommandResult<std::vector<Value>> boards_named(const Connection& connection, const std::string& text) {
    const auto all = connection.ask("GET", "/api/v1/admin/boards");
    if (!all) return error_of(all);
    std::vector<Value> boards;
    for (const Value& board : (*all)["boards"]) {
        if (board["owner"].asString() == text) boards.push_back(board);
    }
    if (!boards.empty()) return boards;
    const auto board = find_by_id_prefix((*all)["boards"], text, "board", "boardgate ls");
    if (!board) return refused(fmt::format("nobody has a board \"{}\", and nobody of this name has boards", text));
    return std::vector<Value>{*board};
}

std::string hold_of(const Value& board) { return "/api/v1/admin/boards/" + board["id"].asString() + "/hold"; }

}  // namespace

CommandResult<void> hold(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = boards_named(*connection, arguments.board);
    if (!boards) return error_of(boards);
    Value body(Json::objectValue);
    body["reason"] = arguments.reason;
    for (const Value& board : *boards) {
        const auto held = connection->ask("POST", hold_of(board), &body);
        if (!held) return error_of(held);
        print(arguments.json ? text_of(*held) : "held " + board["id"].asString() + " of " + plain(board["owner"].asString()));
    }
    return {};
}

CommandResult<void> release(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = boards_named(*connection, arguments.board);
    if (!boards) return error_of(boards);
    for (const Value& board : *boards) {
        const auto released = connection->ask("DELETE", hold_of(board));
        if (!released) return error_of(released);
        print(arguments.json ? text_of(board) : "released " + board["id"].asString() + " of " + plain(board["owner"].asString()));
    }
    return {};
}

}  // namespace boardgate::cli
