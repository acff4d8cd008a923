// SPDX-License-Identifier: MIT
// The parsed command line. Only this part uses CLI11.
#pragma once

#include <json/value.h>

#include <optional>
#include <string>
#include <vector>

namespace boardgate::cli {

enum class Command {
#define COMMAND(name, handler, help) name,
#include "src/cli/commands.inc"
#undef COMMAND
};

/// Where the server's certificate comes from.
enum class Certificate { keep, own, certbot, self_signed };

/// Arguments of setup; an empty text was not given.
struct SetupArguments {
    bool yes = false;  ///< ask nothing
    std::string name{};
    std::string certificate{};
    std::string key{};
    bool certbot = false;
    std::string email{};
    bool self_signed = false;
    std::string run_roots{};
    std::string administrators{};
    bool no_tensorboard = false;
};

struct Arguments {
    Command command = Command::ls;
    bool json = false;
    std::string server;                      ///< login
    std::string user;                        ///< login; adopt; doctor --node
    bool node = false;                       ///< doctor: --node
    std::string board;                       ///< an id, the beginning of one, a folder or a title; hold, release: or a person
    std::vector<std::string> boards;         ///< rm, restore: several of these
    std::string reason;                      ///< hold
    bool details = false;                    ///< ls -l
    bool deleted = false;                    ///< ls: the deleted ones
    bool shared = false;                     ///< ls: those that others show me
    std::string with;                        ///< share, unshare: users and @groups, separated by commas
    std::string until;                       ///< share: a day, or a time from now
    std::vector<std::string> logdirs;        ///< start: empty means the current folder
    Json::Value options{Json::objectValue};  ///< start, set: a board's options, by the API's names
    bool wait = false;                       ///< start: --wait
    bool open = false;                       ///< start: --open
    bool another = false;                    ///< start: --new
    bool foreign = false;                    ///< start: --foreign
    bool as_myself = false;                  ///< open: --as-myself
    std::string preset;                      ///< start: name of a preset
    std::string revoke;                      ///< tokens: the session to end
    std::vector<std::string> rename;         ///< tokens: a session and its new name
    std::string folder;                      ///< runs: empty means the server's run_roots; url: empty means the current folder
    bool follow = false;                     ///< logs
    int lines = 100;                         ///< logs, runs: the most to print
    SetupArguments setup;
};

/// "90", "90s", "30min", "2h" or "7d" in seconds.
[[nodiscard]] std::optional<std::int64_t> seconds_of(const std::string& text);
/// The command whose name is most like `word`; empty if none is.
[[nodiscard]] std::string command_like(const std::string& word);

/// The arguments, or an exit status after help, version or a usage error was printed.
struct Parsed {
    std::optional<Arguments> arguments;
    int exit_status = 0;
};
[[nodiscard]] Parsed parse_arguments(int argc, char** argv);

}  // namespace boardgate::cli
