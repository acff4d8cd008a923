// SPDX-License-Identifier: MIT
// boardgate(1): the API for people and scripts at a shell.
#include "src/cli/commands.h"
#include "src/cli/exit_status.h"
#include "src/cli/terminal.h"

namespace {

using namespace boardgate::cli;

CommandResult<void> run(const Arguments& arguments) {
    switch (arguments.command) {
#define COMMAND(name, handler, help) \
    case Command::name:              \
        return handler(arguments);
#include "src/cli/commands.inc"
#undef COMMAND
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const Parsed parsed = parse_arguments(argc, argv);
        if (!parsed.arguments) return parsed.exit_status;
        const auto done = run(*parsed.arguments);
        if (done) return exit_status::done;
        say("boardgate: " + done.error().text);
        return done.error().exit_status;
    } catch (const std::exception& exception) {
        say(std::string("boardgate: ") + exception.what());
        return exit_status::refused;
    }
}
