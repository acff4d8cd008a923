// SPDX-License-Identifier: MIT
// Logins in progress. Each is a connection to a boardgate-login process, which holds the PAM conversation, as soon as
// there is a password. The conversation's random id continues it, for 90 seconds. When there are too many, the holder of
// most of them loses its oldest: nobody can take them from others.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/base/lock_guarded.h"
#include "src/base/settings.h"
#include "src/boardgated/common/problem.h"
#include "src/wire/messages.h"

namespace boardgate::boardgated {

/// A person who wants to log in, the address, and the holder of the share.
struct LoginAttempt {
    std::string user;
    std::string address;
    std::string holder;  ///< an address_holder()
};
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

    LoginConversations(const Clock& clock, const Settings& settings, std::string path = socket_path)
        : clock_(clock), settings_(settings), path_(std::move(path)) {}

    /// Begins a login. `password` answers the first prompt that comes alone and is not echoed. Without it (null) the
    /// person is asked for one first: that costs no process.
    [[nodiscard]] ApiResult<LoginStep> begin(const LoginAttempt& attempt, Secret* password);
    /// Answers the last questions of a conversation.
    [[nodiscard]] ApiResult<LoginStep> answer(const std::string& id, const std::string& address, std::vector<Secret> answers);
    /// The name of the user who is logging in; empty for an unknown conversation.
    [[nodiscard]] std::string user_of(const std::string& id) const;
    /// Closes expired conversations.
    void sweep();

private:
    struct Conversation {
        LoginAttempt attempt;
        Fd connection;  ///< none while the person is asked for a password
        std::size_t asked = 0;
        BootTime ends{};
    };
    using Conversations = std::map<std::string, Conversation>;
    static constexpr std::chrono::seconds lifetime{90};
    /// Those without a process only cost memory.
    static constexpr std::size_t most_unstarted = 2000;

    [[nodiscard]] ApiResult<LoginStep> step(Conversation conversation, Secret* password);
    [[nodiscard]] ApiResult<LoginStep> start(Conversation conversation, Secret* password);
    [[nodiscard]] std::string add(Conversation conversation);
    static void drop_one(Conversations& conversations, bool started);

    const Clock& clock_;
    const Settings& settings_;
    const std::string path_;
    LockGuarded<Conversations> conversations_;  ///< by id
};

}  // namespace boardgate::boardgated
