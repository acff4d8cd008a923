// SPDX-License-Identifier: MIT
// g++ 12 warns of null pointers in CLI11's vectors without reason.
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "src/cli/arguments.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <map>

#include "src/cli/exit_status.h"

namespace boardgate::cli {

namespace {

/// An option of a board, under TensorBoard's and boardgate's names; it sets a field of the API.
template <class Value>
void board_option(CLI::App& app, Json::Value& options, const char* names, const char* value_name, const char* field, const char* help) {
    app.add_option_function<Value>(
           names, [&options, field](const Value& value) { options[field] = value; }, help)
        ->type_name(value_name);
}

CLI::Validator from_1_to(int most) { return CLI::Range(1, most).description(""); }

void add_start(CLI::App& app, Arguments& to) {
    app.add_option("LOGDIR,--logdir", to.logdirs, "folders with event files; by default the current folder")->type_name("PATH");
    board_option<std::string>(app, to.options, "--title,--window_title", "TEXT", "title",
                              "title of the page; by default the folder's name");
    board_option<int>(app, to.options, "--port", "PORT", "port", "port of the board's door on the server; by default any free port");
    board_option<int>(app, to.options, "--priority", "N", "priority",
                      "1 to 100; boards with a higher priority wake first and get more processor time");
    board_option<int>(app, to.options, "--reload_interval,--reload-interval", "SECONDS", "reload_interval",
                      "seconds between two reads of the event files; 0 reads them once");
    board_option<std::string>(app, to.options, "--samples_per_plugin,--samples-per-plugin", "LIST", "samples_per_plugin",
                              "samples to keep, such as images=100,scalars=500");
    board_option<std::string>(app, to.options, "--environment", "NAME", "environment", "one of the server's TensorBoard installations");
    board_option<std::string>(app, to.options, "--host", "ADDRESS", "host",
                              "as in tensorboard; open the board through its https address instead");
    board_option<int>(app, to.options, "--idle_sleep,--idle-sleep", "SECONDS", "idle_sleep",
                      "sleep after this many seconds without a request");
    board_option<std::string>(app, to.options, "--loader", "WHICH", "loader",
                              "what reads the event files: auto, boardgate, rustboard or python");
    app.add_option_function<std::string>(
           "--load_fast,--fast_loader,--fast-loader",
           [&to](const std::string& value) {
               const std::map<std::string, std::string> ours = {
                   {"true", "rustboard"}, {"on", "rustboard"}, {"false", "python"}, {"off", "python"}};
               const auto found = ours.find(value);
               to.options["loader"] = found == ours.end() ? value : found->second;
           },
           "as in tensorboard: auto, true (--loader rustboard) or false (--loader python)")
        ->type_name("WHICH");
    app.add_option_function<std::string>(
           "--reload_multifile,--reload-multifile",
           [&to](const std::string& value) {
               if (value != "true" && value != "false") throw CLI::ValidationError("--reload_multifile", "must be true or false");
               to.options["reload_multifile"] = value == "true";
           },
           "whether to watch all event files of a run: true or false")
        ->type_name("WHETHER");
    app.add_flag_callback(
        "--bind_all,--bind-all", [&to] { to.options["bind_all"] = true; },
        "also open the board's port to the network, without a login, if the server allows it");
    app.add_option("--preset", to.preset, "options of this preset; options on the command line take precedence")->type_name("NAME");
    app.add_option_function<std::string>(
        "--path_prefix,--path-prefix",
        [](const std::string&) { throw CLI::ValidationError("--path_prefix", "boardgate sets it: a board's address is always /b/<id>/"); },
        "not supported: boardgate sets it");
    app.add_flag("--new", to.another, "make another board, even if the folder has one");
    app.add_flag_callback(
        "--wait", [&to] { to.wait = true; }, "wait until the board answers; the default on a terminal");
    app.add_flag_callback(
        "--no-wait", [&to] { to.wait = false; }, "do not wait until the board answers");
}

void add_setup(CLI::App& app, SetupArguments& to) {
    app.add_flag("--yes", to.yes, "ask nothing; what no argument says stays as it is");
    app.add_option("--name", to.name, "the server's name, as people type it: tensorboard.example.org")->type_name("HOST");
    app.add_option("--certificate", to.certificate, "your own certificate, with its chain")->type_name("FILE");
    app.add_option("--key", to.key, "its private key")->type_name("FILE");
    app.add_flag("--certbot", to.certbot, "have one made and renewed by the distribution's certbot");
    app.add_option("--email", to.email, "certbot: where to write when a renewal fails")->type_name("ADDRESS");
    app.add_flag("--self_signed,--self-signed", to.self_signed, "make one for trying; browsers warn about it");
    app.add_option("--run_roots,--run-roots", to.run_roots, "folders below which people's runs are looked for, such as ~:/scratch/%u")
        ->type_name("LIST");
    app.add_option("--administrators", to.administrators, "group whose members see what runs")->type_name("GROUP");
    app.add_flag("--no_tensorboard,--no-tensorboard", to.no_tensorboard, "do not install TensorBoard into /opt/tensorboard");
}

}  // namespace

Parsed parse_arguments(int argc, char** argv) {
    Arguments to;
    CLI::App app("TensorBoard behind one https address, for everyone on a server", "boardgate");
    app.set_help_flag("-h,--help", "show this help");
    app.set_version_flag("--version", "boardgate " BOARDGATE_VERSION, "show the version");
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app.get_formatter()->label("Positionals", "Arguments");
    app.require_subcommand(1);
    app.add_flag("--json", to.json, "print JSON");
    std::map<Command, CLI::App*> commands;
#define COMMAND(name, handler, help) \
    commands[Command::name] = app.add_subcommand(#name, help)->final_callback([&to] { to.command = Command::name; });
#include "src/cli/commands.inc"
#undef COMMAND
    for (const auto& [command, sub] : commands) {
        sub->group("Commands");
        sub->add_flag("--json", to.json, "print JSON");
    }
    for (const Command command : {Command::open, Command::logs, Command::sleep, Command::wake, Command::restart, Command::rm}) {
        commands[command]->add_option("ID", to.board, "a board's id, or the beginning of one")->required()->type_name("");
    }
    commands[Command::doctor]->add_option("ID", to.board, "of your boards, check only this one")->type_name("");
    commands[Command::login]->add_option("--server", to.server, "https address of the server")->type_name("URL");
    commands[Command::login]
        ->add_option("--user", to.user, "account on the server; the command asks if it is not given")
        ->type_name("NAME");
    commands[Command::tokens]->add_option("--revoke", to.revoke, "end this session")->type_name("ID");
    commands[Command::tokens]->add_option("--name", to.rename, "name a session")->type_size(2)->expected(1)->type_name("ID NAME");
    commands[Command::logs]->add_flag("-f,--follow", to.follow, "print new lines as they appear");
    commands[Command::logs]->add_option("-n,--lines", to.lines, "number of lines, from the end")->check(from_1_to(5000))->type_name("N");
    commands[Command::runs]
        ->add_option("DIR", to.folder, "search below this folder; by default below the server's run_roots")
        ->type_name("PATH");
    commands[Command::runs]->add_option("-n,--limit", to.lines, "number of runs, newest first")->check(from_1_to(500))->type_name("N");
    commands[Command::url]->add_option("LOGDIR", to.folder, "the folder; by default the current folder")->type_name("PATH");
    add_start(*commands[Command::start], to);
    add_setup(*commands[Command::setup], to.setup);
    if (argc < 2) {
        std::cerr << app.help();
        return {std::nullopt, exit_status::usage};
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 prints help and errors. It has many exit statuses; boardgate has one for wrong usage.
        return {std::nullopt, app.exit(error) == 0 ? exit_status::done : exit_status::usage};
    }
    return {std::move(to), exit_status::done};
}

}  // namespace boardgate::cli
