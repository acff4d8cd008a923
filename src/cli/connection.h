// SPDX-License-Identifier: MIT
// The server and the session: the saved session, or on the server itself a login by the kernel's peer credentials.
#pragma once

#include "src/cli/api_client.h"

namespace boardgate::cli {

/// Why a command failed, and its exit status.
struct Failed {
    int exit_status;
    std::string text;
};
template <class T>
using Outcome = tl::expected<T, Failed>;

[[nodiscard]] tl::unexpected<Failed> unreachable(const Error& error);
[[nodiscard]] tl::unexpected<Failed> refused(std::string text);

/// The only item whose `id` starts with `text`. For errors: `kind` names such an item, `lists` the command that lists all.
[[nodiscard]] Outcome<Json::Value> the_one_named(const Json::Value& items, const std::string& text, const std::string& kind,
                                                 const std::string& lists);

class Connection {
public:
    /// A connection with a valid session: the saved one, or a new local login.
    [[nodiscard]] static Outcome<Connection> open();
    /// Logs in on a terminal with the prompts of PAM. Asks for `user` if it is empty.
    [[nodiscard]] static Outcome<Connection> log_in(const std::string& server, std::string user);

    /// The answer's body, or the detail of the API's problem.
    [[nodiscard]] Outcome<Json::Value> ask(const std::string& method, const std::string& path, const Json::Value* body = nullptr) const;
    [[nodiscard]] const ApiClient& api() const { return api_; }

private:
    explicit Connection(ApiClient api) : api_(std::move(api)) {}
    [[nodiscard]] Outcome<void> log_in_locally();
    ApiClient api_;
};

}  // namespace boardgate::cli
