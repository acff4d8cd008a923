// SPDX-License-Identifier: MIT
// Which server, and as whom: the login that was kept, or on the server itself the kernel's word.
#pragma once

#include "src/cli/api_client.h"

namespace boardgate::cli {

/// Why a command ends, and with which status.
struct Failed {
    int exit_status;
    std::string text;
};
template <class T>
using Outcome = tl::expected<T, Failed>;

[[nodiscard]] tl::unexpected<Failed> unreachable(const Error& error);
[[nodiscard]] tl::unexpected<Failed> refused(std::string text);

/// The one item whose `id` is or begins with `text`; `kind` is what it is called, `lists` the command that shows all.
[[nodiscard]] Outcome<Json::Value> the_one_named(const Json::Value& items, const std::string& text, const std::string& kind,
                                                 const std::string& lists);

class Connection {
public:
    /// With a session that holds, where one can be had.
    [[nodiscard]] static Outcome<Connection> open();
    /// Logs in on a terminal: whatever PAM asks there. `user` is asked for when empty.
    [[nodiscard]] static Outcome<Connection> log_in(const std::string& server, std::string user);

    /// The answer's body when it is a good one; otherwise the API's own sentence.
    [[nodiscard]] Outcome<Json::Value> ask(const std::string& method, const std::string& path, const Json::Value* body = nullptr) const;
    [[nodiscard]] const ApiClient& api() const { return api_; }

private:
    explicit Connection(ApiClient api) : api_(std::move(api)) {}
    [[nodiscard]] Outcome<void> log_in_locally();
    ApiClient api_;
};

}  // namespace boardgate::cli
