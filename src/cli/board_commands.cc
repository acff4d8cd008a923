// SPDX-License-Identifier: MIT
// The commands about boards: start, set, ls, url, open, sleep, wake, restart, rm, restore, logs.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "src/base/names.h"
#include "src/cli/commands.h"
#include "src/cli/exit_status.h"
#include "src/cli/find_board.h"
#include "src/cli/share_commands.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

using Json::Value;

constexpr std::chrono::seconds longest_start{120};
constexpr std::chrono::milliseconds between_looks{150};

std::string path_of(const Value& board) { return "/api/v1/boards/" + board["id"].asString(); }
std::string address_of(const Connection& connection, const Value& board) { return connection.api().server() + board["url"].asString(); }

/// Runs `use` with a connection and the board that the arguments name.
template <class Use>
CommandResult<void> with_board(const Arguments& arguments, Use use) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = connection->ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    const auto board = find_board((*boards)["boards"], arguments.board);
    if (!board) return error_of(board);
    return use(*connection, *board);
}

CommandResult<void> failed(const Value& board) {
    const Value& failure = board["failure"];
    std::string text = "board " + board["id"].asString() + " failed";
    if (failure.isObject())
        text += ": " + failure["summary"].asString() + " (" + failure["detail"].asString() + "). " + failure["remedy"].asString();
    return refused(text);
}

/// With the whole address, for scripts.
std::string json_text(const Connection& connection, Value board) {
    board["address"] = address_of(connection, board);
    return text_of(board);
}

void open_in_browser(const std::string& address) {
    const bool desktop = secure_getenv("DISPLAY") != nullptr || secure_getenv("WAYLAND_DISPLAY") != nullptr;
    if (desktop && fork() == 0) {
        execlp("xdg-open", "xdg-open", address.c_str(), nullptr);
        _exit(127);
    }
}

Colour colour_of_state(const std::string& state) {
    return state == "ready"                      ? Colour::green
           : state == "failed"                   ? Colour::red
           : state == "asleep" || state == "off" ? Colour::none
                                                 : Colour::yellow;
}

/// The options of a preset; none for no name.
CommandResult<Value> preset_named(const Connection& connection, const std::string& name) {
    if (name.empty()) return Value(Json::objectValue);
    const auto options = connection.ask("GET", "/api/v1/options");
    if (!options) return error_of(options);
    std::string known;
    for (Value preset : (*options)["presets"]) {
        if (preset["name"].asString() == name) {
            preset.removeMember("name");
            return preset;
        }
        known += (known.empty() ? "" : ", ") + preset["name"].asString();
    }
    return refused(fmt::format("you have no preset \"{}\"; {}", name, known.empty() ? "make one on the page" : "your presets: " + known));
}

/// The board once it answers, or will not.
CommandResult<Value> wait_for_end_of_start(const Connection& connection, const Value& board) {
    auto began = std::chrono::steady_clock::now();
    for (;;) {
        auto now = connection.ask("GET", path_of(board));
        if (!now) return error_of(now);
        const std::string state = (*now)["state"].asString();
        if (state == "ready" || state == "failed") {
            show_progress("");
            return now;
        }
        // The cluster's queue may be long.
        if (state == "queued") began = std::chrono::steady_clock::now();
        const auto waited = std::chrono::steady_clock::now() - began;
        if (waited > longest_start) return refused("board " + board["id"].asString() + " is still " + state);
        const std::string why = (*now)[state == "queued" ? "state_reason" : "waiting_for"].asString();
        show_progress(fmt::format("{}, {} s{}", state, std::chrono::duration_cast<std::chrono::seconds>(waited).count(),
                                  why.empty() ? "" : ": " + why));
        std::this_thread::sleep_for(between_looks);
    }
}

CommandResult<void> change_state(const Arguments& arguments, const char* verb) {
    return with_board(arguments, [&](const Connection& connection, const Value& board) -> CommandResult<void> {
        const auto changed = connection.ask("POST", path_of(board) + "/" + verb);
        if (!changed) return error_of(changed);
        print(arguments.json ? json_text(connection, *changed) : (*changed)["id"].asString() + " " + (*changed)["state"].asString());
        return {};
    });
}

/// The folders of the command line, for the server.
CommandResult<void> add_folders(Value& body, const Connection& connection, std::vector<std::string> folders) {
    if (folders.empty() && !is_server())
        return refused(fmt::format("name a folder on {}: it does not have this machine's current folder", connection.api().server()));
    if (folders.empty()) folders.emplace_back(".");
    body["logdir"] = path_for_server(folders.front());
    for (std::size_t i = 1; i < folders.size(); ++i) body["more_logdirs"].append(path_for_server(folders[i]));
    return {};
}

CommandResult<Value> make_board(const Connection& connection, const Value& body) {
    const auto answer = connection.api().ask("POST", "/api/v1/boards", &body);
    if (!answer) return unreachable(answer.error());
    constexpr long made = 201;
    if (answer->good() && answer->status != made) say("You have this board for the folder already; --new makes another one.");
    if (answer->good()) return answer->body;
    std::string why = answer->problem();
    if (!is_server())
        why += fmt::format(". Log directories are folders on {}; a relative one is below your home there", connection.api().server());
    return refused(why);
}

/// The number of runs below a board's folders, as the server counts them.
std::string runs_of(const Connection& connection, const Value& board) {
    std::uint64_t runs = 0;
    bool complete = true;
    std::vector<std::string> folders = {board["logdir"].asString()};
    for (const Value& more : board["more_logdirs"]) folders.push_back(more.asString());
    for (const std::string& folder : folders) {
        const auto answer = connection.ask("GET", "/api/v1/logdirs?path=" + in_query(folder));
        if (!answer) return "-";
        runs += (*answer)["here"]["runs"].asUInt64();
        complete &= (*answer)["here"]["complete"].asBool();
    }
    return std::to_string(runs) + (complete ? "" : "+");
}

std::string folders_text(const Value& board) {
    std::string text = board["logdir"].asString();
    for (const Value& more : board["more_logdirs"]) text += " + " + more.asString();
    return plain(text);
}

void print_boards(const Connection& connection, const Value& boards, bool details) {
    std::vector<std::vector<std::string>> rows = {{"ID", "STATE", "TITLE"}};
    // Where the jobs are is a question only where boards run on a cluster.
    const bool cluster = std::ranges::any_of(boards, [](const Value& board) { return board["engine"] == "slurm"; });
    if (cluster) rows.front().insert(rows.front().end(), {"ENGINE", "NODE", "JOB"});
    if (details) rows.front().insert(rows.front().end(), {"ADDRESS", "RUNS", "FAILURE"});
    rows.front().emplace_back("LOGDIR");
    for (const Value& board : boards) {
        const bool held = board["held"].isObject();
        std::vector<std::string> row = {board["id"].asString(), held ? "held" : board["state"].asString(),
                                        plain(board["title"].asString())};
        if (cluster) {
            for (const char* field : {"engine", "node", "job"})
                row.push_back(board[field].isString() ? plain(board[field].asString()) : "-");
        }
        if (details) {
            const Value& failure = board["failure"];
            row.push_back(address_of(connection, board));
            row.push_back(runs_of(connection, board));
            row.push_back(plain(failure.isObject() ? failure["summary"].asString() : held ? board["held"]["reason"].asString() : "-"));
        }
        row.push_back(folders_text(board));
        rows.push_back(std::move(row));
    }
    std::vector<Column> columns = {{}, {false, colour_of_state}, {true}, {}, {}, {true}};
    if (cluster) columns.insert(columns.begin() + 3, 3, Column());
    print_table(rows, columns);
}

/// A board of one's own on the folders of somebody else's board.
CommandResult<void> open_as_myself(const Arguments& arguments) {
    const auto id = BoardId::parse(id_of_address(arguments.board));
    if (!id) return refused("\"" + arguments.board + "\" is neither the id of a board nor its address");
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto offer = connection->ask("GET", "/api/v1/boards/" + id->str() + "/offer");
    if (!offer) return error_of(offer);
    Value body = (*offer)["options"];
    for (const char* field : {"logdir", "more_logdirs"}) body[field] = (*offer)[field];
    const std::string home_of = (*offer)["home_of"].asString();
    // The words of the command are the consent.
    if (!home_of.empty()) {
        say("The folder is in " + home_of + "'s home, where " + home_of + " can put anything. TensorBoard reads it as you.");
        body["foreign"] = true;
    }
    body["wake"] = true;
    const auto own = (*offer)["board"].isString() ? connection->ask("GET", "/api/v1/boards/" + (*offer)["board"].asString())
                                                  : make_board(*connection, body);
    if (!own) return error_of(own);
    const std::string address = address_of(*connection, *own);
    print(arguments.json ? json_text(*connection, *own) : address);
    open_in_browser(address);
    return {};
}

}  // namespace

CommandResult<void> start(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto preset = preset_named(*connection, arguments.preset);
    if (!preset) return error_of(preset);
    Value body = *preset;
    for (const std::string& name : arguments.options.getMemberNames()) body[name] = arguments.options[name];
    if (auto added = add_folders(body, *connection, arguments.logdirs); !added) return added;
    if (arguments.another) body["new"] = true;
    if (arguments.foreign) body["foreign"] = true;
    // A board starts when somebody looks.
    const bool look = arguments.wait || arguments.open;
    if (look) body["wake"] = true;
    const auto board = make_board(*connection, body);
    if (!board) return error_of(board);
    const std::string address = address_of(*connection, *board);
    if (!arguments.json) print(address);
    for (const Value& notice : (*board)["notices"]) say(notice["text"].asString());
    if (!look && on_terminal()) say("It starts when you open this address; --open does both.");
    if (arguments.open) open_in_browser(address);
    const auto now = arguments.wait ? wait_for_end_of_start(*connection, *board) : board;
    if (!now) return error_of(now);
    if (arguments.json) print(json_text(*connection, *now));
    return arguments.wait && (*now)["state"] == "failed" ? failed(*now) : CommandResult<void>{};
}

CommandResult<void> set(const Arguments& arguments) {
    if (arguments.options.empty()) return refused("say what to change, such as --title or --idle-sleep");
    return with_board(arguments, [&](const Connection& connection, const Value& board) -> CommandResult<void> {
        const auto changed = connection.ask("PATCH", path_of(board), &arguments.options);
        if (!changed) return error_of(changed);
        print(arguments.json ? json_text(connection, *changed)
                             : "changed " + board["id"].asString() + " " + plain((*changed)["title"].asString()));
        for (const Value& notice : (*changed)["notices"]) say(notice["text"].asString());
        return {};
    });
}

CommandResult<void> list(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    if (arguments.shared) return list_shared(*connection, arguments.json);
    auto boards = connection->ask("GET", arguments.deleted ? "/api/v1/boards?deleted=1" : "/api/v1/boards");
    if (!boards) return error_of(boards);
    if (arguments.json) {
        for (Value& board : (*boards)["boards"]) board["address"] = address_of(*connection, board);
        print(text_of(*boards));
        return {};
    }
    if (arguments.deleted) {
        std::vector<std::vector<std::string>> rows = {{"ID", "DELETED", "KEPT UNTIL", "TITLE", "LOGDIR"}};
        for (const Value& board : (*boards)["boards"])
            rows.push_back({board["id"].asString(), board["deleted"].asString().substr(0, 10), board["kept_until"].asString().substr(0, 10),
                            plain(board["title"].asString()), folders_text(board)});
        print_table(rows, {{}, {}, {}, {true}, {true}});
        return {};
    }
    print_boards(*connection, (*boards)["boards"], arguments.details);
    return {};
}

CommandResult<void> address(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = connection->ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    if (arguments.folder.empty() && !is_server()) return refused("name a folder on " + connection->api().server());
    const std::string folder = path_for_server(arguments.folder.empty() ? "." : arguments.folder);
    const Value* board = board_above((*boards)["boards"], folder);
    if (board == nullptr) return refused(fmt::format("no board shows {}; boardgate start makes one", folder));
    print(arguments.json ? json_text(*connection, *board) : address_of(*connection, *board));
    return {};
}

CommandResult<void> open(const Arguments& arguments) {
    if (arguments.as_myself) return open_as_myself(arguments);
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = connection->ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    auto board = find_board((*boards)["boards"], id_of_address(arguments.board));
    if (!board) {
        auto shared = find_shared(*connection, arguments.board);
        if (!shared) return error_of(shared);
        if (shared->isNull()) return error_of(board);
        board = *std::move(shared);
    }
    const std::string address = address_of(*connection, *board);
    print(arguments.json ? json_text(*connection, *board) : address);
    open_in_browser(address);
    return {};
}

CommandResult<void> logs(const Arguments& arguments) {
    return with_board(arguments, [&](const Connection& connection, const Value& board) -> CommandResult<void> {
        const std::string lines = "lines=" + std::to_string(arguments.lines);
        const auto show = [&](const Value& line) { print(arguments.json ? text_of(line) : log_line(line["text"].asString())); };
        if (!arguments.follow) {
            const auto log = connection.ask("GET", path_of(board) + "/log?" + lines);
            if (!log) return error_of(log);
            if (arguments.json) {
                print(text_of(*log));
                return {};
            }
            for (const Value& line : (*log)["lines"]) show(line);
            return {};
        }
        const auto followed =
            connection.api().follow(path_of(board) + "/log?follow=1&" + lines, [&](const std::string& event, const Value& line) {
                if (event == "line") show(line);
                return true;
            });
        if (!followed) return refused(followed.error().text());
        return {};
    });
}

CommandResult<void> export_curves(const Arguments& arguments) {
    return with_board(arguments, [&](const Connection& connection, const Value& board) -> CommandResult<void> {
        const auto page = connection.api().download(path_of(board) + "/curves");
        if (!page) return refused(page.error().text());
        print(*page);
        if (on_terminal()) say("To keep it: boardgate export " + board["id"].asString() + " > curves.html");
        return {};
    });
}

CommandResult<void> sleep(const Arguments& arguments) { return change_state(arguments, "sleep"); }
CommandResult<void> wake(const Arguments& arguments) { return change_state(arguments, "wake"); }
CommandResult<void> restart(const Arguments& arguments) { return change_state(arguments, "restart"); }

CommandResult<void> remove(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = connection->ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    // All are found before one is deleted: a typing error deletes nothing.
    std::vector<Value> named;
    for (const std::string& text : arguments.boards) {
        const auto board = find_board((*boards)["boards"], text);
        if (!board) return error_of(board);
        if (std::ranges::find(named, (*board)["id"], [](const Value& each) { return each["id"]; }) == named.end()) named.push_back(*board);
    }
    for (const Value& board : named) {
        const auto gone = connection->ask("DELETE", path_of(board));
        if (!gone) return error_of(gone);
        print(arguments.json ? json_text(*connection, board)
                             : "deleted " + board["id"].asString() + " " + plain(board["title"].asString()) +
                                   "; for 30 days boardgate restore brings it back");
    }
    return {};
}

CommandResult<void> restore(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto deleted = connection->ask("GET", "/api/v1/boards?deleted=1");
    if (!deleted) return error_of(deleted);
    for (const std::string& text : arguments.boards) {
        const auto board = find_board((*deleted)["boards"], text);
        if (!board) return refused(fmt::format("you have no deleted board \"{}\"; boardgate ls --deleted lists yours", text));
        const auto back = connection->ask("POST", path_of(*board) + "/restore");
        if (!back) return error_of(back);
        print(arguments.json ? json_text(*connection, *back) : address_of(*connection, *back));
    }
    return {};
}

}  // namespace boardgate::cli
