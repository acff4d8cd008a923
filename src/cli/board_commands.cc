// SPDX-License-Identifier: MIT
// The commands about boards: start, ls, url, open, sleep, wake, restart, rm, logs.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "src/base/settings.h"
#include "src/cli/board_of_folder.h"
#include "src/cli/commands.h"
#include "src/cli/exit_status.h"
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
    const auto board = find_by_id_prefix((*boards)["boards"], arguments.board, "board", "boardgate ls");
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

/// The server needs absolute paths. Symbolic links are kept: their targets may change.
std::string absolute_path(const std::string& folder) {
    if (folder.find("://") != std::string::npos) return folder;  // gs://bucket: the server's refusal says why
    const auto path = std::filesystem::absolute(folder).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).string();  // "." leaves a slash behind
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
    return refused("you have no preset \"" + name + "\"; " + (known.empty() ? "make one on the page" : "your presets: " + known));
}

/// The board once it answers, or will not.
CommandResult<Value> wait_for_end_of_start(const Connection& connection, const Value& board) {
    const auto began = std::chrono::steady_clock::now();
    for (;;) {
        auto now = connection.ask("GET", path_of(board));
        if (!now) return error_of(now);
        const std::string state = (*now)["state"].asString();
        if (state == "ready" || state == "failed") {
            show_progress("");
            return now;
        }
        const auto waited = std::chrono::steady_clock::now() - began;
        if (waited > longest_start) return refused("board " + board["id"].asString() + " is still " + state);
        show_progress(state + ", " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(waited).count()) + " s" +
                      (state == "waiting" ? ": " + (*now)["waiting_for"].asString() : ""));
        std::this_thread::sleep_for(between_looks);
    }
}

CommandResult<void> change_state(const Arguments& arguments, const char* verb) {
    return with_board(arguments, [&](const Connection& connection, const Value& board) -> CommandResult<void> {
        const auto changed = connection.ask("POST", path_of(board) + "/" + verb);
        if (!changed) return error_of(changed);
        print(arguments.json ? text_of(*changed) : (*changed)["id"].asString() + " " + (*changed)["state"].asString());
        return {};
    });
}

/// The board that is on a folder already, woken; null when there is none.
CommandResult<Value> wake_board_on(const Connection& connection, const std::string& folder) {
    const auto boards = connection.ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    const Value* board = board_of_folder((*boards)["boards"], folder);
    if (board == nullptr || (*board)["logdir"] != folder || !(*board)["more_logdirs"].empty()) return Value();
    return connection.ask("POST", path_of(*board) + "/wake");
}

CommandResult<Value> make_board(const Connection& connection, const Value& body, bool folder_of_another_machine) {
    auto board = connection.ask("POST", "/api/v1/boards", &body);
    if (!board && folder_of_another_machine)
        board.error().text += ". Log directories are folders on " + connection.api().server() + "; give their absolute paths there";
    return board;
}

}  // namespace

CommandResult<void> start(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto preset = preset_named(*connection, arguments.preset);
    if (!preset) return error_of(preset);
    Value body = *preset;
    for (const std::string& name : arguments.options.getMemberNames()) body[name] = arguments.options[name];
    std::vector<std::string> folders = arguments.logdirs;
    if (folders.empty()) folders.emplace_back(".");
    body["logdir"] = absolute_path(folders.front());
    for (std::size_t i = 1; i < folders.size(); ++i) body["more_logdirs"].append(absolute_path(folders[i]));
    // Starting TensorBoard on a folder again should show the board that it has.
    const bool again = body.size() == 1 && !arguments.another;
    auto board = again ? wake_board_on(*connection, body["logdir"].asString()) : CommandResult<Value>(Value());
    if (board && !board->isNull()) {
        say("You already have this board for the folder; --new makes another one.");
    } else if (board) {
        // A relative path was resolved on this machine, which may not be the server.
        board = make_board(*connection, body, !folders.front().starts_with('/') && access(settings_path, F_OK) != 0);
    }
    if (!board) return error_of(board);
    if (!arguments.json) print(address_of(*connection, *board));
    for (const Value& notice : (*board)["notices"]) say(notice["text"].asString());
    const bool wait = arguments.wait.value_or(on_terminal());
    const auto now = wait ? wait_for_end_of_start(*connection, *board) : board;
    if (!now) return error_of(now);
    if (arguments.json) print(text_of(*now));
    return wait && (*now)["state"] == "failed" ? failed(*now) : CommandResult<void>{};
}

CommandResult<void> list(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = connection->ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    if (arguments.json) {
        print(text_of(*boards));
        return {};
    }
    std::vector<std::vector<std::string>> rows = {{"ID", "STATE", "TITLE", "LOGDIR"}};
    for (const Value& board : (*boards)["boards"]) {
        rows.push_back(
            {board["id"].asString(), board["state"].asString(), plain(board["title"].asString()), plain(board["logdir"].asString())});
    }
    print_table(rows, {{}, {false, colour_of_state}, {true}, {true}});
    return {};
}

CommandResult<void> address(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto boards = connection->ask("GET", "/api/v1/boards");
    if (!boards) return error_of(boards);
    const std::string folder = absolute_path(arguments.folder.empty() ? "." : arguments.folder);
    const Value* board = board_of_folder((*boards)["boards"], folder);
    if (board == nullptr) return refused("no board shows " + folder + "; `boardgate start` makes one");
    print(arguments.json ? text_of(*board) : address_of(*connection, *board));
    return {};
}

CommandResult<void> open(const Arguments& arguments) {
    return with_board(arguments, [&](const Connection& connection, const Value& board) -> CommandResult<void> {
        const std::string address = address_of(connection, board);
        print(arguments.json ? text_of(board) : address);
        const bool desktop = secure_getenv("DISPLAY") != nullptr || secure_getenv("WAYLAND_DISPLAY") != nullptr;
        if (desktop && fork() == 0) {
            execlp("xdg-open", "xdg-open", address.c_str(), nullptr);
            _exit(127);
        }
        return {};
    });
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

CommandResult<void> sleep(const Arguments& arguments) { return change_state(arguments, "sleep"); }
CommandResult<void> wake(const Arguments& arguments) { return change_state(arguments, "wake"); }
CommandResult<void> restart(const Arguments& arguments) { return change_state(arguments, "restart"); }

CommandResult<void> remove(const Arguments& arguments) {
    return with_board(arguments, [&](const Connection& connection, const Value& board) -> CommandResult<void> {
        const auto gone = connection.ask("DELETE", path_of(board));
        if (!gone) return error_of(gone);
        if (arguments.json) print(text_of(board));
        return {};
    });
}

}  // namespace boardgate::cli
