// SPDX-License-Identifier: MIT
// boardgate runs: the log directories to make boards of.
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

}  // namespace

CommandResult<void> runs(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    std::string query = "limit=" + std::to_string(arguments.lines);
    // The server needs absolute paths; symbolic links are kept.
    if (!arguments.folder.empty()) query += "&root=" + in_query(std::filesystem::absolute(arguments.folder).lexically_normal().string());
    std::optional<Value> found;
    if (on_terminal() && !arguments.json) found = follow_runs(*connection, query);
    if (!found) {
        // Without a terminal, or to learn why the stream was refused.
        auto answer = connection->ask("GET", "/api/v1/runs?" + query);
        if (!answer) return error_of(answer);
        found = *std::move(answer);
    }
    if (arguments.json) {
        print(text_of(*found));
        return {};
    }
    print_table(run_rows((*found)["runs"], std::time(nullptr)));
    const auto shown = (*found)["runs"].size();
    if ((*found)["found"].asUInt64() > shown)
        say((*found)["found"].asString() + " runs were found; these are the newest. Give a folder to see others.");
    if ((*found)["truncated"].asBool() && (*found)["found"].asUInt64() <= shown)
        say("The search stopped before all folders were searched; give a folder to see the rest.");
    return {};
}

}  // namespace boardgate::cli
