// SPDX-License-Identifier: MIT
// g++ 12 warns of null pointers in CLI11's vectors without reason.
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "src/cli/arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
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

/// A number of seconds, or with a unit: 90s, 30min, 2h, 7d.
void duration_option(CLI::App& app, Json::Value& options, const char* names, const char* field, const char* help) {
    app.add_option_function<std::string>(
           names,
           [&options, field](const std::string& text) {
               const auto seconds = seconds_of(text);
               if (!seconds) throw CLI::ValidationError(text, "is no duration: give seconds, or 90s, 30min, 2h, 7d");
               options[field] = Json::Int64(*seconds);
           },
           help)
        ->type_name("DURATION");
}

void add_board_options(CLI::App& app, Arguments& to) {
    board_option<std::string>(app, to.options, "--title,--window_title", "TEXT", "title",
                              "title of the page; by default the folder's name");
    board_option<int>(app, to.options, "--port", "PORT", "port", "port of the board's door on the server; by default any free port");
    board_option<int>(app, to.options, "--priority", "N", "priority",
                      "1 to 100; boards with a higher priority wake first and get more processor time");
    duration_option(app, to.options, "--reload_interval,--reload-interval", "reload_interval",
                    "time between two reads of the event files; 0 reads them once");
    board_option<std::string>(app, to.options, "--samples_per_plugin,--samples-per-plugin", "LIST", "samples_per_plugin",
                              "samples to keep, such as images=100,scalars=500");
    board_option<std::string>(app, to.options, "--environment", "NAME", "environment", "one of the server's TensorBoard installations");
    board_option<std::string>(app, to.options, "--host", "ADDRESS", "host",
                              "as in tensorboard; open the board through its https address instead");
    duration_option(app, to.options, "--idle_sleep,--idle-sleep", "idle_sleep", "sleep after this time without a request, such as 30min");
    board_option<std::string>(app, to.options, "--engine", "WHICH", "engine",
                              "where the board runs, if the server lets you choose: systemd (on the server) or slurm (on the cluster)");
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
}

void add_start(CLI::App& app, Arguments& to) {
    app.add_option("LOGDIR,--logdir", to.logdirs,
                   "folders with event files; by default the current folder. Several in one word: name:/a,other:/b")
        ->type_name("PATH");
    add_board_options(app, to);
    app.add_option("--preset", to.preset, "options of this preset; options on the command line take precedence")->type_name("NAME");
    app.add_option_function<std::string>(
        "--path_prefix,--path-prefix",
        [](const std::string&) { throw CLI::ValidationError("--path_prefix", "boardgate sets it: a board's address is always /b/<id>/"); },
        "not supported: boardgate sets it");
    app.add_flag("--new", to.another, "make another board, even if the folder has one");
    app.add_flag("--foreign", to.foreign, "also where the folder is in somebody else's home, if its permissions let you read it");
    app.add_flag("--wait", to.wait, "start it now, and wait until it answers");
    app.add_flag("--open", to.open, "start it now, and open a browser if there is one");
    // The default since 0.2; scripts of older versions have it.
    app.add_flag_callback(
        "--no-wait", [&to] { to.wait = false; }, "print the address only, as without --wait and --open");
}

/// `export` is a word of C++, so the table has an underscore behind it.
std::string word_of(std::string name) {
    if (name.ends_with('_')) name.pop_back();
    return name;
}

/// Letters to insert, remove or replace, or neighbours to swap (optimal string alignment distance).
std::size_t changes_between(const std::string& one, const std::string& other) {
    std::vector<std::vector<std::size_t>> rows(one.size() + 1, std::vector<std::size_t>(other.size() + 1));
    for (std::size_t i = 0; i <= one.size(); ++i) {
        for (std::size_t j = 0; j <= other.size(); ++j) {
            if (i == 0 || j == 0) {
                rows[i][j] = i + j;
                continue;
            }
            rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    }
    return rows[one.size()][other.size()];
}

/// The command that a person most likely meant by an unknown one; empty if it is known, or like none.
std::string command_meant(int argc, char** argv) {
    const std::string word = argc > 1 ? argv[1] : "";
    if (word.starts_with('-')) return {};
    const std::string like = command_like(word);
    return like == word ? std::string() : like;
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

std::optional<std::int64_t> seconds_of(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || number < 0) return std::nullopt;
    static const std::map<std::string, std::int64_t> units = {{"", 1},     {"s", 1},        {"sec", 1},   {"m", 60},      {"min", 60},
                                                              {"h", 3600}, {"hours", 3600}, {"d", 86400}, {"days", 86400}};
    const auto unit = units.find(std::string(end, static_cast<std::size_t>(text.data() + text.size() - end)));
    constexpr std::int64_t most = 1'000'000'000;
    if (unit == units.end() || number > most / unit->second) return std::nullopt;
    return number * unit->second;
}

std::string command_like(const std::string& word) {
    static const std::string names[] = {
#define COMMAND(name, handler, help) word_of(#name),
#include "src/cli/commands.inc"
#undef COMMAND
    };
    std::string best;
    std::size_t fewest = 1 + word.size() / 4;  // as many letters may differ
    for (const std::string& name : names) {
        if (const std::size_t changes = changes_between(word, name); changes <= fewest && (best.empty() || changes < fewest)) {
            best = name;
            fewest = changes;
        }
    }
    return best;
}

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
    commands[Command::name] = app.add_subcommand(word_of(#name), help)->final_callback([&to] { to.command = Command::name; });
#include "src/cli/commands.inc"
#undef COMMAND
    for (const auto& [command, sub] : commands) {
        sub->group("Commands");
        sub->add_flag("--json", to.json, "print JSON");
    }
    for (const Command command : {Command::open, Command::logs, Command::export_, Command::sleep, Command::wake, Command::restart,
                                  Command::set, Command::share, Command::unshare}) {
        commands[command]
            ->add_option("ID", to.board, "a board: its id or the beginning of it, its folder, or its title")
            ->required()
            ->type_name("");
    }
    commands[Command::rm]
        ->add_option("ID", to.boards, "boards: ids or the beginnings of ids, folders, or titles")
        ->required()
        ->type_name("");
    commands[Command::restore]->add_option("ID", to.boards, "deleted boards, as ls --deleted lists them")->required()->type_name("");
    for (const Command command : {Command::hold, Command::release})
        commands[command]
            ->add_option("ID", to.board, "a board's id, or a person: then all boards of this person")
            ->required()
            ->type_name("");
    commands[Command::hold]->add_option("REASON", to.reason, "why; the owner reads it")->required()->type_name("");
    commands[Command::open]->add_flag("--as-myself", to.as_myself,
                                      "ID is somebody else's board, or its address: open a board of your own on its folder");
    commands[Command::ls]->add_flag("-l,--long", to.details, "also the address, the number of runs, and why a board failed");
    commands[Command::ls]->add_flag("--deleted", to.deleted, "the boards that were deleted in the last 30 days");
    commands[Command::ls]->add_flag("--shared", to.shared, "the boards that others show me");
    for (const Command command : {Command::share, Command::unshare}) {
        commands[command]
            ->add_option("--with", to.with, "users and @groups, separated by commas, or everybody: who can log in")
            ->type_name("NAMES");
    }
    commands[Command::share]
        ->add_option("--until", to.until, "the last day, such as 2026-12-31, or a time from now, such as 14d or 8h")
        ->type_name("DATE");
    add_board_options(*commands[Command::set], to);
    commands[Command::doctor]->add_option("ID", to.board, "of your boards, check only this one")->type_name("");
    commands[Command::doctor]->add_flag("--node", to.node, "also check a node of the cluster, by one short job of yours");
    commands[Command::doctor]->add_option("--user", to.user, "as root, with --node: whose job it is")->type_name("NAME");
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
    commands[Command::adopt]->add_option("NAME", to.user, "the person's account")->required()->type_name("");
    add_start(*commands[Command::start], to);
    add_setup(*commands[Command::setup], to.setup);
    if (argc < 2) {
        std::cerr << app.help();
        return {std::nullopt, exit_status::usage};
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (const std::string meant = command_meant(argc, argv); !meant.empty()) {
            std::cerr << "boardgate: there is no command \"" << argv[1] << "\"; did you mean \"" << meant << "\"?\n";
            return {std::nullopt, exit_status::usage};
        }
        // CLI11 prints help and errors. It has many exit statuses; boardgate has one for wrong usage.
        return {std::nullopt, app.exit(error) == 0 ? exit_status::done : exit_status::usage};
    }
    return {std::move(to), exit_status::done};
}

}  // namespace boardgate::cli
