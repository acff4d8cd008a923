// SPDX-License-Identifier: MIT
// Logins in progress. Each is a connection to a boardgate-login process, which holds the PAM conversation. The
// conversation's random id continues it, for 90 seconds.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/base/lock_guarded.h"
#include "src/boardgated/common/problem.h"
#include "src/wire/messages.h"

namespace boardgate::boardgated {

/// PAM asks for more.
struct LoginQuestion {
    std::string conversation;
    wire::LoginPrompts asked;
};
/// PAM accepted the login.
struct LoginGrant {
    Token token;
    std::uint32_t uid;
    std::string user;
    std::chrono::sys_seconds expires;
    std::vector<std::string> messages;
};
using LoginStep = std::variant<LoginQuestion, LoginGrant>;

/// One text for unknown user, wrong password and refused account. After a later answer PAM's messages follow it.
inline constexpr const char* login_failed_text = "the name or the password is wrong, or this account may not log in here";

class LoginConversations {
public:
    static constexpr const char* socket_path = "/run/boardgate-root/login.sock";

    explicit LoginConversations(const Clock& clock, std::string path = socket_path) : clock_(clock), path_(std::move(path)) {}

    /// Begins a login. `password` (may be null) answers the first hidden prompt, if that is the only prompt of its message.
    [[nodiscard]] ApiResult<LoginStep> begin(const std::string& user, const std::string& address, Secret* password);
    /// Answers the last prompts of a conversation.
    [[nodiscard]] ApiResult<LoginStep> answer(const std::string& id, const std::string& address, std::vector<Secret> answers);
    /// The name of the user who is logging in; empty for an unknown conversation.
    [[nodiscard]] std::string user_of(const std::string& id) const;
    /// Would boardgate-login refuse the account of this session now? False when it cannot be asked.
    [[nodiscard]] bool has_ended(const TokenHash& token, const std::string& address) const;
    /// Closes expired conversations.
    void sweep();

private:
    struct Conversation {
        Fd connection;
        std::string user;
        std::string address;
        std::size_t asked = 0;
        BootTime ends{};
    };
    static constexpr std::chrono::seconds lifetime{90};
    static constexpr std::size_t most_of_address = 4;
    static constexpr std::size_t most = 200;

    [[nodiscard]] ApiResult<LoginStep> step(Conversation conversation, Secret* password);
    [[nodiscard]] ApiResult<std::string> add(Conversation conversation);

    const Clock& clock_;
    const std::string path_;
    LockGuarded<std::map<std::string, Conversation>> conversations_;  ///< by id
};

}  // namespace boardgate::boardgated
