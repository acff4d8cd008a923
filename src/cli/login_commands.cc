// SPDX-License-Identifier: MIT
// login, logout, tokens.
#include <fmt/format.h>

#include "src/cli/commands.h"
#include "src/cli/exit_status.h"
#include "src/cli/login_file.h"
#include "src/cli/run_table.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

CommandResult<void> log_in(const Arguments& arguments) {
    std::string server = arguments.server;
    if (const auto kept = read_login(); server.empty() && kept && !kept->local) server = kept->server;
    const auto connection = server.empty() ? Connection::open() : Connection::log_in(server, arguments.user);
    if (!connection) return error_of(connection);
    const auto session = connection->ask("GET", "/api/v1/session");
    if (!session) return error_of(session);
    print(arguments.json ? text_of(*session)
                         : fmt::format("logged in to {} as {}", connection->api().server(), (*session)["user"].asString()));
    return {};
}

CommandResult<void> log_out(const Arguments& arguments) {
    const auto kept = read_login();
    if (!kept) return refused("you are not logged in");
    const auto connection = Connection::open();
    if (connection) (void)connection->ask("DELETE", "/api/v1/session");
    // Whatever the server answers, this machine forgets the token.
    remove_login();
    if (arguments.json) print("{}");
    return {};
}

CommandResult<void> tokens(const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) return error_of(connection);
    const auto listed = connection->ask("GET", "/api/v1/sessions");
    if (!listed) return error_of(listed);
    const Json::Value& sessions = (*listed)["sessions"];
    const std::string named = !arguments.revoke.empty()  ? arguments.revoke
                              : arguments.rename.empty() ? std::string()
                                                         : arguments.rename.front();
    if (!named.empty()) {
        const auto session = find_by_id_prefix(sessions, named, "session", "boardgate tokens");
        if (!session) return error_of(session);
        const std::string path = "/api/v1/sessions/" + (*session)["id"].asString();
        Json::Value body(Json::objectValue);
        if (arguments.revoke.empty()) body["name"] = arguments.rename.back();
        const auto done = arguments.revoke.empty() ? connection->ask("PATCH", path, &body) : connection->ask("DELETE", path);
        if (done && arguments.json) print("{}");
        return done.map([](const Json::Value&) {});
    }
    if (arguments.json) {
        print(text_of(*listed));
        return {};
    }
    std::vector<std::vector<std::string>> rows = {{"ID", "LAST USED", "FROM", "NAME"}};
    for (const Json::Value& session : sessions) {
        rows.push_back({session["id"].asString().substr(0, 8), age(session["last_used"], std::time(nullptr)) + " ago",
                        session["address"].asString(),
                        plain(session["name"].asString()) + (session["current"].asBool() ? " (this session)" : "")});
    }
    print_table(rows);
    return {};
}

}  // namespace boardgate::cli
