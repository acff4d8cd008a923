// SPDX-License-Identifier: MIT
// login, logout.
#include "src/cli/commands.h"
#include "src/cli/exit_status.h"
#include "src/cli/login_file.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

Outcome<void> log_in(const Arguments& arguments) {
    std::string server = arguments.server;
    if (const auto kept = read_login(); server.empty() && kept && !kept->local) server = kept->server;
    const auto connection = server.empty() ? Connection::open() : Connection::log_in(server, arguments.user);
    if (!connection) return tl::make_unexpected(connection.error());
    const auto session = connection->ask("GET", "/api/v1/session");
    if (!session) return tl::make_unexpected(session.error());
    print(arguments.json ? text_of(*session) : "logged in to " + connection->api().server() + " as " + (*session)["user"].asString());
    return {};
}

Outcome<void> log_out(const Arguments& arguments) {
    const auto kept = read_login();
    if (!kept) return refused("not logged in");
    const auto connection = Connection::open();
    if (connection) (void)connection->ask("DELETE", "/api/v1/session");
    // Whatever the server said: the token is not kept here any more.
    remove_login();
    if (arguments.json) print("{}");
    return {};
}

}  // namespace boardgate::cli
