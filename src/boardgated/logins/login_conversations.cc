// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/login_conversations.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

/// PAM modules may ask a slow server; boardgate-login itself gives up earlier.
constexpr std::chrono::seconds pam_patience{45};

tl::unexpected<Problem> busy() {
    return tl::make_unexpected(Problem{Code::busy, "the server is busy with other logins; try again in a moment", {}, 2});
}

tl::unexpected<Problem> unavailable(const Error& why) {
    // systemd closes connections beyond MaxConnections= immediately, with a message in them or not.
    if (why.sys == ECONNRESET || why.sys == EPIPE) return busy();
    log_event(Event::login_fault, "boardgate-login cannot check a login: " + why.text());
    return problem(Code::login_unavailable, "logins cannot be checked now; try again, and tell an administrator if this persists");
}

/// PAM's messages in brackets, to follow our text.
std::string pam_messages(const wire::LoginVerdict& verdict) {
    std::string text = fmt::format("{}", fmt::join(verdict.messages, " "));
    if (text.ends_with('.')) text.pop_back();
    return text.empty() ? text : fmt::format(" ({})", text);
}

tl::unexpected<Problem> refused(const wire::LoginVerdict& verdict) {
    switch (verdict.outcome) {
        case wire::LoginOutcome::password_expired:
            return problem(Code::password_expired, "your password has expired" + pam_messages(verdict) +
                                                       "; to set a new one, log in with ssh once in a terminal, or ask an administrator");
        case wire::LoginOutcome::unavailable:
            return problem(Code::login_unavailable, "logins cannot be checked now; try again, and tell an administrator if this persists");
        case wire::LoginOutcome::refused:
        case wire::LoginOutcome::granted:
            break;
    }
    return problem(Code::login_failed, login_failed_text + pam_messages(verdict));
}

}  // namespace

ApiResult<LoginStep> LoginConversations::begin(const LoginAttempt& attempt, Secret* password) {
    Conversation conversation{attempt, {}, 1, {}};
    if (password != nullptr) return start(std::move(conversation), password);
    LoginQuestion question{{}, {{{"Password:", false}}, {}}};
    question.conversation = add(std::move(conversation));
    return question;
}

ApiResult<LoginStep> LoginConversations::start(Conversation conversation, Secret* password) {
    auto connection = wire::connect(path_);
    if (!connection) return unavailable(connection.error());
    wire::LoginStart message{conversation.attempt.user, conversation.attempt.address.substr(0, wire::longest::address)};
    if (const auto sent = wire::send(connection->get(), message); !sent) return unavailable(sent.error());
    conversation.connection = *std::move(connection);
    return step(std::move(conversation), password);
}

ApiResult<LoginStep> LoginConversations::step(Conversation conversation, Secret* password) {
    const int socket = conversation.connection.get();
    std::vector<std::string> unseen;  // messages that came with a prompt which the person never saw
    for (;;) {
        auto datagram = wire::receive(socket, pam_patience);
        if (!datagram) return unavailable(datagram.error());
        // systemd turns an attempt away before it says anything; a module may end the process later.
        if (!*datagram && password != nullptr) return busy();
        if (!*datagram) return unavailable(Error{"the attempt ended without a verdict", {}, {}, 0});
        if (auto prompts = wire::decode<wire::LoginPrompts>(**datagram)) {
            if (password != nullptr && prompts->prompts.size() == 1 && !prompts->prompts[0].echo) {
                wire::LoginAnswers answers;
                answers.answers.push_back(std::move(*password));
                password = nullptr;
                unseen = std::move(prompts->messages);
                if (const auto sent = wire::send(socket, answers); !sent) return unavailable(sent.error());
                continue;
            }
            conversation.asked = prompts->prompts.size();
            prompts->messages.insert(prompts->messages.begin(), unseen.begin(), unseen.end());
            LoginQuestion question{{}, *std::move(prompts)};
            question.conversation = add(std::move(conversation));
            return question;
        }
        auto verdict = wire::decode<wire::LoginVerdict>(**datagram);
        if (!verdict) return unavailable(verdict.error());
        // Only boardgate-login decides which messages a refused person gets.
        if (verdict->outcome != wire::LoginOutcome::refused)
            verdict->messages.insert(verdict->messages.begin(), unseen.begin(), unseen.end());
        if (verdict->outcome != wire::LoginOutcome::granted) return refused(*verdict);
        auto token = Token::parse(verdict->token.reveal());
        if (!token) return unavailable(Error{"boardgate-login sent a verdict without a token", {}, {}, 0});
        return LoginGrant{*std::move(token), verdict->uid, verdict->user, std::chrono::sys_seconds(std::chrono::seconds(verdict->expires)),
                          std::move(verdict->messages)};
    }
}

/// Of those with a process, or those without: the oldest of the holder that has most.
void LoginConversations::drop_one(Conversations& conversations, bool started) {
    std::map<std::string_view, std::size_t> count;
    const auto is_of_kind = [started](const Conversation& each) { return static_cast<bool>(each.connection) == started; };
    for (const auto& [id, each] : conversations) {
        if (is_of_kind(each)) ++count[each.attempt.holder];
    }
    auto victim = conversations.end();
    for (auto each = conversations.begin(); each != conversations.end(); ++each) {
        if (!is_of_kind(each->second)) continue;
        if (victim == conversations.end()) {
            victim = each;
            continue;
        }
        const std::size_t most = count[victim->second.attempt.holder];
        const std::size_t own = count[each->second.attempt.holder];
        if (own > most || (own == most && each->second.ends < victim->second.ends)) victim = each;
    }
    if (victim != conversations.end()) conversations.erase(victim);
}

std::string LoginConversations::add(Conversation conversation) {
    conversation.ends = clock_.boot() + lifetime;
    sweep();
    const auto conversations = conversations_.lock();
    const bool started = static_cast<bool>(conversation.connection);
    const std::size_t most = started ? static_cast<std::size_t>(settings_.login_conversations) : most_unstarted;
    std::string id = Token::make().reveal();
    conversations->emplace(id, std::move(conversation));
    const auto same = [started](const auto& each) { return static_cast<bool>(each.second.connection) == started; };
    if (static_cast<std::size_t>(std::count_if(conversations->begin(), conversations->end(), same)) > most)
        drop_one(*conversations, started);
    return id;
}

ApiResult<LoginStep> LoginConversations::answer(const std::string& id, const std::string& address, std::vector<Secret> answers) {
    Conversation conversation;
    {
        const auto conversations = conversations_.lock();
        const auto found = conversations->find(id);
        if (found == conversations->end() || found->second.attempt.address != address || found->second.ends < clock_.boot()) {
            return problem(Code::no_such_conversation, "this login conversation has ended; start again");
        }
        if (found->second.asked != answers.size()) {
            return problem(Code::bad_field, "answers must hold one answer for each prompt", "answers");
        }
        conversation = std::move(found->second);
        conversations->erase(found);
    }
    if (!conversation.connection) return start(std::move(conversation), &answers.front());
    wire::LoginAnswers message{std::move(answers)};
    if (const auto sent = wire::send(conversation.connection.get(), message); !sent) {
        return problem(Code::no_such_conversation, "this login conversation has ended; start again");
    }
    return step(std::move(conversation), nullptr);
}

std::string LoginConversations::user_of(const std::string& id) const {
    const auto conversations = conversations_.read();
    const auto found = conversations->find(id);
    return found == conversations->end() ? std::string() : found->second.attempt.user;
}

void LoginConversations::sweep() {
    std::erase_if(*conversations_.lock(), [&](const auto& each) { return each.second.ends < clock_.boot(); });
}

}  // namespace boardgate::boardgated
