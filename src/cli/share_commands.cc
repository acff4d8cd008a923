// SPDX-License-Identifier: MIT
// The commands about shared boards: share, unshare, and ls --shared (list_shared).
#include "src/cli/share_commands.h"

#include <time.h>

#include <chrono>
#include <sstream>

#include "src/base/clock.h"
#include "src/cli/commands.h"
#include "src/cli/find_board.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

using Json::Value;

std::string shares_of(const Value& board) { return "/api/v1/boards/" + board["id"].asString() + "/shares"; }

CommandResult<Value> own_board(const Connection& connection, const std::string& text) {
    const auto boards = connection.ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    return find_board((*boards)["boards"], text);
}

std::vector<std::string> names_in(const std::string& list) {
    std::vector<std::string> names;
    std::istringstream words(list);
    for (std::string name; std::getline(words, name, ',');) {
        if (!name.empty()) names.push_back(name);
    }
    return names;
}

std::string day(const Value& time) { return time.isNull() ? "-" : time.asString().substr(0, 10); }

void print_shares(const Value& shares) {
    std::vector<std::vector<std::string>> rows = {{"WITH", "SINCE", "UNTIL", "LOOKED", "WHO"}};
    for (const Value& share : shares) {
        rows.push_back({plain(share["with"].asString()), day(share["since"]), day(share["until"]), day(share["last_viewed"]),
                        share["last_viewed_by"].isNull() ? "-" : plain(share["last_viewed_by"].asString())});
    }
    print_table(rows);
}

}  // namespace

std::optional<std::string> end_of(const std::string& until, WallTime now) {
    if (parse_rfc3339(until)) return until;
    tm date{};
    const char* const behind = strptime(until.c_str(), "%Y-%m-%d", &date);
    if (behind != nullptr && *behind == '\0' && until.size() == 10) {
        date.tm_hour = 23;
        date.tm_min = date.tm_sec = 59;
        date.tm_isdst = -1;
        const time_t end = mktime(&date);
        return end < 0 ? std::nullopt : std::optional(rfc3339(WallTime(std::chrono::seconds(end))));
    }
    const auto seconds = seconds_of(until);
    return seconds && *seconds > 0 ? std::optional(rfc3339(now + std::chrono::seconds(*seconds))) : std::nullopt;
}

CommandResult<void> share(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto board = own_board(*connection, arguments.board);
    if (!board) return error_of(board);
    const auto names = names_in(arguments.with);
    if (names.empty()) {
        if (!arguments.until.empty()) return refused("say with --with to whom the board is shown");
        const auto all = connection->ask("GET", shares_of(*board));
        if (!all) return error_of(all);
        if (arguments.json) {
            print(text_of(*all));
            return {};
        }
        print_shares((*all)["shares"]);
        for (const Value& asker : (*all)["asked_by"])
            say(plain(asker["name"].asString()) + " asks to see this board: boardgate share " + (*board)["id"].asString() + " --with " +
                plain(asker["name"].asString()));
        return {};
    }
    Value body(Json::objectValue);
    if (!arguments.until.empty()) {
        const auto end = end_of(arguments.until, SystemClock().wall());
        if (!end) return refused("--until must be a day such as 2026-12-31, or a time from now such as 14d or 8h");
        body["until"] = *end;
    }
    for (const std::string& name : names) {
        body["with"] = name;
        const auto shown = connection->ask("POST", shares_of(*board), &body);
        if (!shown) return error_of(shown);
        if (arguments.json) print(text_of(*shown));
    }
    if (!arguments.json) print(connection->api().server() + (*board)["url"].asString());
    return {};
}

CommandResult<void> unshare(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto board = own_board(*connection, arguments.board);
    if (!board) return error_of(board);
    const auto names = names_in(arguments.with);
    if (names.empty()) {
        const auto gone = connection->ask("DELETE", shares_of(*board));
        if (!gone) return error_of(gone);
    }
    for (const std::string& name : names) {
        const auto gone = connection->ask("DELETE", shares_of(*board) + "?with=" + in_query(name));
        if (!gone) return error_of(gone);
    }
    if (!arguments.json) print((*board)["id"].asString() + " is shown to " + (names.empty() ? "nobody" : arguments.with + " no longer"));
    return {};
}

std::string id_of_address(const std::string& text) {
    for (const std::string_view before : {"/b/", "/shared/"}) {
        if (const std::size_t place = text.find(before); text.starts_with("https://") && place != std::string::npos) {
            const std::string id = text.substr(place + before.size());
            return id.substr(0, id.find_first_of("/?#"));
        }
    }
    return text;
}

CommandResult<Value> find_shared(const Connection& connection, const std::string& text) {
    const auto shared = connection.ask("GET", "/api/v1/shared");
    if (!shared) return error_of(shared);
    for (const char* field : {"id", "title"}) {
        for (Value board : (*shared)["boards"]) {
            if (board[field].asString() != id_of_address(text)) continue;
            board["address"] = connection.api().server() + board["url"].asString();
            return board;
        }
    }
    return Value();
}

CommandResult<void> list_shared(const Connection& connection, bool json) {
    auto shared = connection.ask("GET", "/api/v1/shared");
    if (!shared) return error_of(shared);
    for (Value& board : (*shared)["boards"]) board["address"] = connection.api().server() + board["url"].asString();
    if (json) {
        print(text_of(*shared));
        return {};
    }
    std::vector<std::vector<std::string>> rows = {{"ID", "OWNER", "STATE", "UNTIL", "TITLE", "ADDRESS"}};
    for (const Value& board : (*shared)["boards"]) {
        rows.push_back({board["id"].asString(), plain(board["owner"].asString()), board["state"].asString(), day(board["until"]),
                        plain(board["title"].asString()), board["address"].asString()});
    }
    print_table(rows, {{}, {}, {}, {}, {true}});
    return {};
}

}  // namespace boardgate::cli
