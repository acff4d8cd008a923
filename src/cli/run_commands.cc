// SPDX-License-Identifier: MIT
// boardgate runs: the log directories to make boards of.
#include <algorithm>
#include <filesystem>

#include "src/cli/commands.h"
#include "src/cli/run_table.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

using Json::Value;

/// Asks for the runs and shows the progress of the search; nullopt if the stream is refused.
std::optional<Value> follow_runs(const Connection& connection, const std::string& query) {
    Value runs(Json::arrayValue);
    std::optional<Value> end;
    const auto followed = connection.api().follow("/api/v1/runs?follow=1&" + query, [&](const std::string& event, const Value& data) {
        if (event == "progress") show_progress("searched " + data["looked_at"].asString() + " folders, found " + data["found"].asString());
        if (event == "run") runs.append(data);
        if (event == "end") end = data;
        return event == "progress" || event == "run";
    });
    show_progress("");
    if (followed && end) (*end)["runs"] = std::move(runs);
    return followed ? end : std::nullopt;
}

/// An answer of the server has at most this many.
constexpr int most_in_page = 100;

/// Adds further pages until there are enough.
CommandResult<void> add_pages(const Connection& connection, const std::string& query, int wanted, Value& found) {
    while (static_cast<int>(found["runs"].size()) < wanted && found["cursor"].isString()) {
        const int missing = wanted - static_cast<int>(found["runs"].size());
        auto page = connection.ask("GET", "/api/v1/runs?limit=" + std::to_string(std::min(missing, most_in_page)) +
                                              "&cursor=" + in_query(found["cursor"].asString()) + query);
        if (!page) return error_of(page);
        if ((*page)["runs"].empty()) break;
        for (Value& run : (*page)["runs"]) found["runs"].append(std::move(run));
        found["cursor"] = (*page)["cursor"];
    }
    return {};
}

std::string how_many(const Value& number, const char* what) { return number.asString() + " " + what + (number.asUInt64() == 1 ? "" : "s"); }

/// What the table does not show.
void say_what_is_missing(const Value& found) {
    const auto shown = found["runs"].size();
    if (found["found"].asUInt64() > shown)
        say(found["found"].asString() + " runs were found; these are the newest. Give a folder to see others.");
    if (found["without_points"].asUInt64() > 0) say(how_many(found["without_points"], "run") + " without a point: not shown.");
    if (found["copies"].asUInt64() > 0) say(how_many(found["copies"], "more run") + " in .ipynb_checkpoints or .snapshot: not shown.");
    if (found["left_out"].asUInt64() > 0)
        say(how_many(found["left_out"], "run") +
            " not shown: the path has a character that no log directory can have, such as a tab or a line break.");
    for (const Value& folder : found["silent"]) say(plain(folder.asString()) + " does not answer; is its file system mounted?");
    for (const Value& place : found["elsewhere"])
        say("There are runs in " + plain(place["path"].asString()) + "; an administrator can add it to run_roots in boardgate.conf.");
    if (found["truncated"].asBool()) say("The search stopped before all folders were searched; give a folder to see the rest.");
}

}  // namespace

CommandResult<void> runs(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    std::string query;
    // The server needs absolute paths; symbolic links are kept.
    if (!arguments.folder.empty()) query += "&root=" + in_query(std::filesystem::absolute(arguments.folder).lexically_normal().string());
    const std::string first = "limit=" + std::to_string(std::min(arguments.lines, most_in_page)) + query;
    std::optional<Value> found;
    if (on_terminal() && !arguments.json) found = follow_runs(*connection, first);
    if (!found) {
        // Without a terminal, or to learn why the stream was refused.
        auto answer = connection->ask("GET", "/api/v1/runs?" + first);
        if (!answer) return error_of(answer);
        found = *std::move(answer);
    }
    if (auto added = add_pages(*connection, query, arguments.lines, *found); !added) return added;
    if (arguments.json) {
        print(text_of(*found));
        return {};
    }
    print_table(run_rows((*found)["runs"], std::time(nullptr)));
    say_what_is_missing(*found);
    return {};
}

}  // namespace boardgate::cli
