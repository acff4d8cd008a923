// SPDX-License-Identifier: MIT
// Logins in progress: one connection to one boardgate-login each, which holds the PAM conversation. Whoever
// knows the conversation's random id may go on with it, for a minute and a half.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/boardgated/common/problem.h"
#include "src/wire/messages.h"

namespace boardgate::boardgated {

/// PAM wants to know more.
struct LoginQuestion {
    std::string conversation;
    wire::LoginPrompts asked;
};
/// It went well.
struct LoginGrant {
    Token token;
    std::uint32_t uid;
    std::string user;
    std::chrono::sys_seconds expires;
    std::vector<std::string> messages;
};
using LoginStep = std::variant<LoginQuestion, LoginGrant>;

/// One text for unknown user, wrong password and refused account. Of a later answer PAM's words come behind it.
inline constexpr const char* login_failed_text = "the name or the password is wrong, or this account may not log in here";

class LoginConversations {
public:
    static constexpr const char* socket_path = "/run/boardgate-root/login.sock";

    explicit LoginConversations(const Clock& clock, std::string path = socket_path) : clock_(clock), path_(std::move(path)) {}

    /// Begins; with a password it is the answer to the first lone question that must not be echoed.
    [[nodiscard]] ApiResult<LoginStep> begin(const std::string& user, const std::string& address, Secret* password);
    /// Answers the last questions of a conversation.
    [[nodiscard]] ApiResult<LoginStep> answer(const std::string& id, const std::string& address, std::vector<Secret> answers);
    /// Whose attempt a conversation is; empty when there is none.
    [[nodiscard]] std::string user_of(const std::string& id) const;
    /// Would nobody with this login's account be let in any more? No when that cannot be told.
    [[nodiscard]] bool has_ended(const TokenHash& token, const std::string& address) const;
    /// Hangs up on conversations that nobody went on with.
    void sweep();

private:
    struct Conversation {
        Fd connection;
        std::string user;
        std::string address;
        std::size_t asked = 0;
        BootTime ends{};
    };
    static constexpr std::chrono::seconds lasts{90};
    static constexpr std::size_t most_of_address = 4;
    static constexpr std::size_t most = 200;

    [[nodiscard]] ApiResult<LoginStep> step(Conversation conversation, Secret* password);
    [[nodiscard]] ApiResult<std::string> keep(Conversation conversation);

    const Clock& clock_;
    const std::string path_;
    mutable std::mutex mutex_;
    std::map<std::string, Conversation> conversations_;
};

}  // namespace boardgate::boardgated
