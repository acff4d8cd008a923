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
    std::string user;                        ///< login
    std::string board;                       ///< an id, or the beginning of one
    std::vector<std::string> logdirs;        ///< start: empty means the current folder
    Json::Value options{Json::objectValue};  ///< start: a board's options, by the API's names
    std::optional<bool> wait;                ///< start: --wait, --no-wait
    bool another = false;                    ///< start: --new
    std::string preset;                      ///< start: name of a preset
    std::string revoke;                      ///< tokens: the session to end
    std::vector<std::string> rename;         ///< tokens: a session and its new name
    std::string folder;                      ///< runs: empty means the server's run_roots; url: empty means the current folder
    bool follow = false;                     ///< logs
    int lines = 100;                         ///< logs, runs: the most to print
    SetupArguments setup;
};

/// The arguments, or an exit status after help, version or a usage error was printed.
struct Parsed {
    std::optional<Arguments> arguments;
    int exit_status = 0;
};
[[nodiscard]] Parsed parse_arguments(int argc, char** argv);

}  // namespace boardgate::cli
