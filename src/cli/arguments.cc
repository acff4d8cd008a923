// SPDX-License-Identifier: MIT
// g++ 12 sees null pointers in CLI11's vectors that are not there.
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "src/cli/arguments.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <map>

#include "src/cli/exit_status.h"

namespace boardgate::cli {

namespace {

/// An option of a board under TensorBoard's name and ours; both write the API's field.
template <class Value>
void board_option(CLI::App& app, Json::Value& options, const char* names, const char* value_name, const char* field, const char* help) {
    app.add_option_function<Value>(
           names, [&options, field](const Value& value) { options[field] = value; }, help)
        ->type_name(value_name);
}

CLI::Validator from_1_to(int most) { return CLI::Range(1, most).description(""); }

void add_start(CLI::App& app, Arguments& to) {
    app.add_option("LOGDIR,--logdir", to.logdirs, "the folders with the event files; the present one when none is named")
        ->type_name("PATH");
    board_option<std::string>(app, to.options, "--title,--window_title", "TEXT", "title", "title of the page; the folder's name");
    board_option<int>(app, to.options, "--port", "PORT", "port", "port of the board's door on the server; any free one");
    board_option<int>(app, to.options, "--priority", "N", "priority", "1 to 100: who gets a slot and the processor first");
    board_option<int>(app, to.options, "--reload_interval,--reload-interval", "SECONDS", "reload_interval",
                      "seconds between two looks at the files; 0 looks once");
    board_option<std::string>(app, to.options, "--samples_per_plugin,--samples-per-plugin", "LIST", "samples_per_plugin",
                              "such as images=100,scalars=500");
    board_option<std::string>(app, to.options, "--environment", "NAME", "environment", "which of the server's tensorboards");
    board_option<std::string>(app, to.options, "--host", "ADDRESS", "host",
                              "as of tensorboard; a board is reached through its https address");
    board_option<int>(app, to.options, "--idle_sleep,--idle-sleep", "SECONDS", "idle_sleep",
                      "sleep after so many seconds without a request");
    app.add_option_function<std::string>(
           "--load_fast,--fast_loader,--fast-loader",
           [&to](const std::string& value) {
               const std::map<std::string, std::string> ours = {{"true", "on"}, {"false", "off"}};
               const auto found = ours.find(value);
               to.options["fast_loader"] = found == ours.end() ? value : found->second;
           },
           "auto, on or off")
        ->type_name("WHICH");
    app.add_option_function<std::string>(
           "--reload_multifile,--reload-multifile",
           [&to](const std::string& value) {
               if (value != "true" && value != "false") throw CLI::ValidationError("--reload_multifile", "must be true or false");
               to.options["reload_multifile"] = value == "true";
           },
           "true or false")
        ->type_name("WHETHER");
    app.add_flag_callback(
        "--bind_all,--bind-all", [&to] { to.options["bind_all"] = true; },
        "an ungated door on every interface, where the server allows it");
    app.add_option("--preset", to.preset, "options kept under this name; those given here go before them")->type_name("NAME");
    app.add_option_function<std::string>(
        "--path_prefix,--path-prefix",
        [](const std::string&) {
            throw CLI::ValidationError("--path_prefix", "a board's address is /b/<id>/, and boardgate passes that to TensorBoard itself");
        },
        "refused: boardgate chooses it");
    app.add_flag("--new", to.another, "another board, also on a folder that has one");
    app.add_flag_callback(
        "--wait", [&to] { to.wait = true; }, "wait until it answers, as on a terminal it does anyway");
    app.add_flag_callback(
        "--no-wait", [&to] { to.wait = false; }, "do not wait");
}

}  // namespace

Parsed parse_arguments(int argc, char** argv) {
    Arguments to;
    CLI::App app("TensorBoard behind one https address, for everyone on a server", "boardgate");
    app.set_help_flag("-h,--help", "show this");
    app.set_version_flag("--version", "boardgate " BOARDGATE_VERSION, "show the version");
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app.get_formatter()->label("Positionals", "Arguments");
    app.require_subcommand(1);
    app.add_flag("--json", to.json, "the answer as JSON");
    std::map<Command, CLI::App*> commands;
#define COMMAND(name, handler, help) \
    commands[Command::name] = app.add_subcommand(#name, help)->final_callback([&to] { to.command = Command::name; });
#include "src/cli/commands.inc"
#undef COMMAND
    for (const auto& [command, sub] : commands) {
        sub->group("Commands");
        sub->add_flag("--json", to.json, "the answer as JSON");
    }
    for (const Command command : {Command::open, Command::logs, Command::sleep, Command::wake, Command::restart, Command::rm}) {
        commands[command]->add_option("ID", to.board, "a board's id, or its beginning")->required()->type_name("");
    }
    commands[Command::doctor]->add_option("ID", to.board, "look at this board, too")->type_name("");
    commands[Command::login]->add_option("--server", to.server, "its https address")->type_name("URL");
    commands[Command::login]->add_option("--user", to.user, "the account there; asked for when not given")->type_name("NAME");
    commands[Command::tokens]->add_option("--revoke", to.revoke, "end this login")->type_name("ID");
    commands[Command::tokens]->add_option("--name", to.rename, "give a login a name")->type_size(2)->expected(1)->type_name("ID NAME");
    commands[Command::logs]->add_flag("-f,--follow", to.follow, "go on with what comes");
    commands[Command::logs]->add_option("-n,--lines", to.lines, "so many of the last lines")->check(from_1_to(5000))->type_name("N");
    commands[Command::runs]
        ->add_option("DIR", to.folder, "look below this folder; the server's roots when none is named")
        ->type_name("PATH");
    commands[Command::runs]->add_option("-n,--limit", to.lines, "so many of the newest")->check(from_1_to(500))->type_name("N");
    commands[Command::url]->add_option("LOGDIR", to.folder, "the folder; the present one when none is named")->type_name("PATH");
    add_start(*commands[Command::start], to);
    if (argc < 2) {
        std::cerr << app.help();
        return {std::nullopt, exit_status::usage};
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 prints help and faults; its own statuses are many, ours is one.
        return {std::nullopt, app.exit(error) == 0 ? exit_status::done : exit_status::usage};
    }
    return {std::move(to), exit_status::done};
}

}  // namespace boardgate::cli
