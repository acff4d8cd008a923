// SPDX-License-Identifier: MIT
#include "src/cli/connection.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "src/base/settings.h"
#include "src/cli/exit_status.h"
#include "src/cli/login_file.h"
#include "src/cli/terminal.h"
#include "src/wire/messages.h"

namespace boardgate::cli {

namespace {

constexpr const char* local_socket = "/run/boardgate-root/local.sock";

/// `https://host` from what a person typed or copied from a browser, in the form of an Origin header, which the server
/// compares.
std::string server_of(std::string text) {
    if (text.find("://") == std::string::npos) text.insert(0, "https://");
    text.resize(std::min(text.size(), text.find('/', text.find("://") + 3)));
    if (text.starts_with("https://") && text.ends_with(":443")) text.resize(text.size() - 4);
    return text;
}

/// The certificate authority to trust beside the system's own: the administrator's for this server, or SSL_CERT_FILE.
std::string authority_of(const std::optional<Settings>& settings, const std::string& server) {
    if (settings && !settings->certificate_authority.empty() && server_of(settings->address) == server)
        return settings->certificate_authority;
    const char* file = secure_getenv("SSL_CERT_FILE");
    return file == nullptr ? std::string() : file;
}

/// The name of this session in the list of sessions.
std::string login_name() {
    char host[64] = {};  // HOST_NAME_MAX and its end
    if (gethostname(host, sizeof host - 1) != 0) return "boardgate";
    return std::string("boardgate on ").append(host).substr(0, 60);
}

/// boardgate.conf of this machine, if it is a server.
std::optional<Settings> own_settings() {
    auto settings = read_settings();
    if (!settings) return std::nullopt;
    return *std::move(settings);
}

}  // namespace

tl::unexpected<CommandError> unreachable(const Error& error) {
    return tl::make_unexpected(CommandError{exit_status::unreachable, error.text()});
}
tl::unexpected<CommandError> refused(std::string text) { return tl::make_unexpected(CommandError{exit_status::refused, std::move(text)}); }

CommandResult<Json::Value> find_by_id_prefix(const Json::Value& items, const std::string& text, const std::string& kind,
                                             const std::string& lists) {
    const Json::Value* found = nullptr;
    for (const Json::Value& item : items) {
        const std::string id = item["id"].asString();
        if (id == text) return item;
        if (!id.starts_with(text)) continue;
        if (found != nullptr) return refused(fmt::format("\"{}\" is the beginning of several ids; give more of the id", text));
        found = &item;
    }
    if (found == nullptr || text.empty()) return refused(fmt::format("you have no {} \"{}\"; `{}` lists yours", kind, text, lists));
    return *found;
}

UnsavedSession::~UnsavedSession() {
    try {
        (void)api_.ask("DELETE", "/api/v1/session");
    } catch (const std::exception& exception) {
        say(std::string("boardgate: the session was not ended: ") + exception.what());
    }
}

CommandResult<void> Connection::log_in_locally() {
    const auto socket = wire::connect(local_socket);
    if (!socket) return unreachable(socket.error());
    wire::LocalLogin question;
    if (const auto sent = wire::send(socket->get(), question); !sent) return unreachable(sent.error());
    const auto verdict = wire::receive_one<wire::LoginVerdict>(socket->get(), std::chrono::seconds(30));
    if (!verdict) return unreachable(verdict.error());
    if (verdict->outcome != wire::LoginOutcome::granted) {
        std::string why = "this account may not use boardgate";
        for (const std::string& message : verdict->messages) why += ": " + plain(message);
        return refused(why + "; the journal of boardgate-local has more");
    }
    Json::Value body(Json::objectValue);
    body["ticket"] = verdict->token.reveal();
    body["name"] = login_name();
    const auto answer = api_.ask("POST", "/api/v1/login", &body);
    if (!answer) return unreachable(answer.error());
    if (!answer->good()) return refused(answer->problem());
    api_.set_token(answer->cookie);
    if (const auto saved = write_login({api_.server(), answer->cookie, true}); !saved) {
        say("boardgate: " + saved.error().text() + "; the next command logs in again");
        unsaved_ = std::make_unique<UnsavedSession>(api_);
    }
    return {};
}

CommandResult<Connection> Connection::open() {
    const auto settings = own_settings();
    const auto kept = read_login();
    if (kept) {
        Connection connection(ApiClient(kept->server, authority_of(settings, kept->server), kept->token));
        const auto session = connection.api_.ask("GET", "/api/v1/session");
        if (!session) return unreachable(session.error());
        if (session->good()) return connection;
        if (session->status != 401) return refused(session->problem());
        if (!kept->local) return refused("your session has ended; log in again: boardgate login --server " + kept->server);
    }
    if (!settings) return refused("you are not logged in; run: boardgate login --server https://...");
    if (settings->address.empty())
        return refused("boardgate.conf has no https address of this server; ask an administrator to set `address`");
    const std::string server = server_of(settings->address);
    Connection connection(ApiClient(server, authority_of(settings, server), {}));
    if (auto done = connection.log_in_locally(); !done) return error_of(done);
    return connection;
}

CommandResult<Connection> Connection::log_in(const std::string& server, std::string user) {
    const auto settings = own_settings();
    const std::string address = server_of(server);
    Connection connection(ApiClient(address, authority_of(settings, address), {}));
    if (user.empty()) user = ask_person("Account: ", true);
    Json::Value body(Json::objectValue);
    body["user"] = user;
    for (;;) {
        body["name"] = login_name();
        const auto answer = connection.api_.ask("POST", "/api/v1/login", &body);
        if (!answer) return unreachable(answer.error());
        if (!answer->good()) return refused(answer->problem());
        for (const Json::Value& message : answer->body["messages"]) say(message.asString());
        if (answer->status == 200) {
            connection.api_.set_token(answer->cookie);
            if (const auto saved = write_login({address, answer->cookie, false}); !saved) {
                connection.unsaved_ = std::make_unique<UnsavedSession>(connection.api_);
                return refused(saved.error().text());
            }
            return connection;
        }
        body = Json::Value(Json::objectValue);
        body["conversation"] = answer->body["conversation"];
        body["answers"] = Json::Value(Json::arrayValue);
        for (const Json::Value& prompt : answer->body["prompts"]) {
            body["answers"].append(ask_person(prompt["text"].asString(), prompt["echo"].asBool()));
        }
    }
}

CommandResult<Json::Value> Connection::ask(const std::string& method, const std::string& path, const Json::Value* body) const {
    const auto answer = api_.ask(method, path, body);
    if (!answer) return unreachable(answer.error());
    if (!answer->good()) return refused(answer->problem());
    return answer->body;
}

}  // namespace boardgate::cli
