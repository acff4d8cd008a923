// SPDX-License-Identifier: MIT
// The command line as a value. The only user of CLI11.
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

struct Arguments {
    Command command = Command::ls;
    bool json = false;
    std::string server;                      ///< login
    std::string user;                        ///< login
    std::string board;                       ///< an id, or the beginning of one
    std::vector<std::string> logdirs;        ///< start: none is the present folder
    Json::Value options{Json::objectValue};  ///< start: options of a board, by the API's names
    std::optional<bool> wait;                ///< start: --wait, --no-wait
    bool another = false;                    ///< start: --new
    std::string preset;                      ///< start: options kept under this name
    std::string revoke;                      ///< tokens: the login to end
    std::vector<std::string> rename;         ///< tokens: a login and its new name
    std::string folder;                      ///< runs: empty looks where the server says; url: empty is the present one
    bool follow = false;                     ///< logs
    int lines = 100;                         ///< logs, runs: at most so many
};

/// The arguments, or the exit status where everything was said already (help, version, wrong usage).
struct Parsed {
    std::optional<Arguments> arguments;
    int exit_status = 0;
};
[[nodiscard]] Parsed parse_arguments(int argc, char** argv);

}  // namespace boardgate::cli
