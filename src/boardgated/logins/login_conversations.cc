// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/login_conversations.h"

#include <fmt/ranges.h>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

/// PAM modules may ask a slow server; boardgate-login itself gives up earlier.
constexpr std::chrono::seconds pam_patience{45};

tl::unexpected<Problem> unavailable(const std::string& why) {
    log_event(Event::login_fault, "boardgate-login cannot check a login: " + why);
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

ApiResult<LoginStep> LoginConversations::begin(const std::string& user, const std::string& address, Secret* password) {
    auto connection = wire::connect(path_);
    if (!connection) return unavailable(connection.error().text());
    wire::LoginStart start{user, address.substr(0, wire::longest::address)};
    if (const auto sent = wire::send(connection->get(), start); !sent) return unavailable(sent.error().text());
    return step({*std::move(connection), user, address, 0, {}}, password);
}

ApiResult<LoginStep> LoginConversations::step(Conversation conversation, Secret* password) {
    const int socket = conversation.connection.get();
    std::vector<std::string> unseen;  // messages that came with a prompt which the person never saw
    for (;;) {
        auto datagram = wire::receive(socket, pam_patience);
        if (!datagram) return unavailable(datagram.error().text());
        // systemd immediately closes connections beyond MaxConnections=.
        if (!*datagram)
            return tl::make_unexpected(Problem{Code::busy, "the server is busy with other logins; try again in a moment", {}, 2});
        if (auto prompts = wire::decode<wire::LoginPrompts>(**datagram)) {
            if (password != nullptr && prompts->prompts.size() == 1 && !prompts->prompts[0].echo) {
                wire::LoginAnswers answers;
                answers.answers.push_back(std::move(*password));
                password = nullptr;
                unseen = std::move(prompts->messages);
                if (const auto sent = wire::send(socket, answers); !sent) return unavailable(sent.error().text());
                continue;
            }
            conversation.asked = prompts->prompts.size();
            prompts->messages.insert(prompts->messages.begin(), unseen.begin(), unseen.end());
            auto id = add(std::move(conversation));
            if (!id) return error_of(id);
            return LoginQuestion{*std::move(id), *std::move(prompts)};
        }
        auto verdict = wire::decode<wire::LoginVerdict>(**datagram);
        if (!verdict) return unavailable(verdict.error().text());
        // Only boardgate-login decides which messages a refused person gets.
        if (verdict->outcome != wire::LoginOutcome::refused)
            verdict->messages.insert(verdict->messages.begin(), unseen.begin(), unseen.end());
        if (verdict->outcome != wire::LoginOutcome::granted) return refused(*verdict);
        auto token = Token::parse(verdict->token.reveal());
        if (!token) return unavailable("boardgate-login sent a verdict without a token");
        return LoginGrant{*std::move(token), verdict->uid, verdict->user, std::chrono::sys_seconds(std::chrono::seconds(verdict->expires)),
                          std::move(verdict->messages)};
    }
}

ApiResult<std::string> LoginConversations::add(Conversation conversation) {
    conversation.ends = clock_.boot() + lifetime;
    sweep();
    const auto conversations = conversations_.lock();
    // The oldest login of an address was most likely abandoned for a newer one.
    std::size_t same_address = 0;
    auto oldest = conversations->end();
    for (auto each = conversations->begin(); each != conversations->end(); ++each) {
        if (each->second.address != conversation.address) continue;
        ++same_address;
        if (oldest == conversations->end() || each->second.ends < oldest->second.ends) oldest = each;
    }
    if (same_address >= most_of_address) conversations->erase(oldest);
    if (conversations->size() >= most)
        return tl::make_unexpected(
            Problem{Code::too_many_attempts, "too many logins were started and not finished; try again later", {}, 90});
    std::string id = Token::make().reveal();
    conversations->emplace(id, std::move(conversation));
    return id;
}

ApiResult<LoginStep> LoginConversations::answer(const std::string& id, const std::string& address, std::vector<Secret> answers) {
    Conversation conversation;
    {
        const auto conversations = conversations_.lock();
        const auto found = conversations->find(id);
        if (found == conversations->end() || found->second.address != address || found->second.ends < clock_.boot()) {
            return problem(Code::no_such_conversation, "this login conversation has ended; start again");
        }
        if (found->second.asked != answers.size()) {
            return problem(Code::bad_field, "answers must hold one answer for each prompt", "answers");
        }
        conversation = std::move(found->second);
        conversations->erase(found);
    }
    wire::LoginAnswers message{std::move(answers)};
    if (const auto sent = wire::send(conversation.connection.get(), message); !sent) {
        return problem(Code::no_such_conversation, "this login conversation has ended; start again");
    }
    return step(std::move(conversation), nullptr);
}

std::string LoginConversations::user_of(const std::string& id) const {
    const auto conversations = conversations_.read();
    const auto found = conversations->find(id);
    return found == conversations->end() ? std::string() : found->second.user;
}

bool LoginConversations::has_ended(const TokenHash& token, const std::string& address) const {
    const auto connection = wire::connect(path_);
    wire::CheckLogin question{token.hex(), address.substr(0, wire::longest::address)};
    if (!connection || !wire::send(connection->get(), question)) return false;
    const auto verdict = wire::receive_one<wire::LoginVerdict>(connection->get(), pam_patience);
    if (!verdict) return false;
    return verdict->outcome == wire::LoginOutcome::refused || verdict->outcome == wire::LoginOutcome::password_expired;
}

void LoginConversations::sweep() {
    std::erase_if(*conversations_.lock(), [&](const auto& each) { return each.second.ends < clock_.boot(); });
}

}  // namespace boardgate::boardgated
