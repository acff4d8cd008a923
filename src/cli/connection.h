// SPDX-License-Identifier: MIT
// The server and the session: the saved session, or on the server itself a login by the kernel's peer credentials.
#pragma once

#include <memory>

#include "src/cli/api_client.h"

namespace boardgate::cli {

/// Why a command failed, with its exit status, which Error does not have.
struct CommandError {
    int exit_status;
    std::string text;
};
template <class T>
using CommandResult = tl::expected<T, CommandError>;

[[nodiscard]] tl::unexpected<CommandError> unreachable(const Error& error);
[[nodiscard]] tl::unexpected<CommandError> refused(std::string text);

/// The only item whose `id` begins with `text`. For errors: `kind` names such an item, `lists` the command that lists them.
[[nodiscard]] CommandResult<Json::Value> find_by_id_prefix(const Json::Value& items, const std::string& text, const std::string& kind,
                                                           const std::string& lists);

/// Ends a session that could not be saved, or each command would leave one, and the tenth would end the browser's.
class UnsavedSession {
public:
    explicit UnsavedSession(ApiClient api) : api_(std::move(api)) {}
    UnsavedSession(const UnsavedSession&) = delete;
    UnsavedSession& operator=(const UnsavedSession&) = delete;
    ~UnsavedSession();

private:
    ApiClient api_;
};

class Connection {
public:
    /// With a valid session if possible.
    [[nodiscard]] static CommandResult<Connection> open();
    /// Logs in on the terminal, with all prompts of PAM. Asks for the user name when `user` is empty.
    [[nodiscard]] static CommandResult<Connection> log_in(const std::string& server, std::string user);

    /// The body of a successful response; otherwise an error with the API's text.
    [[nodiscard]] CommandResult<Json::Value> ask(const std::string& method, const std::string& path,
                                                 const Json::Value* body = nullptr) const;
    [[nodiscard]] const ApiClient& api() const { return api_; }

private:
    explicit Connection(ApiClient api) : api_(std::move(api)) {}
    [[nodiscard]] CommandResult<void> log_in_locally();
    ApiClient api_;
    std::unique_ptr<const UnsavedSession> unsaved_;
};

}  // namespace boardgate::cli
