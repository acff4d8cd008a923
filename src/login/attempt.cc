// SPDX-License-Identifier: MIT
#include "src/login/attempt.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "src/base/log.h"
#include "src/login/account_checks.h"
#include "src/login/decision.h"
#include "src/tickets/shadow.h"

namespace boardgate::login {

namespace {

using wire::LoginOutcome;

/// Writes the ticket of a granted login; if that fails, the login fails.
wire::LoginVerdict verdict_of(Decision& decision, bool local, const Settings& settings, const tickets::TicketStore& store,
                              const Clock& clock) {
    wire::LoginVerdict verdict;
    verdict.outcome = decision.outcome;
    if (decision.outcome == LoginOutcome::granted) {
        const Token token = Token::make();
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.wall()) + settings.session_lifetime;
        const auto mark = tickets::account_mark(decision.account.name);
        const auto written = mark ? store.write(token.hash(), {decision.account.uid, expires, decision.account.name, *mark, local})
                                  : Result<void>(error_of(mark));
        if (!written) {
            decision = {LoginOutcome::unavailable, written.error().text()};
            verdict.outcome = decision.outcome;
        } else {
            verdict.uid = decision.account.uid;
            verdict.user = decision.account.name;
            verdict.token = Secret(token.reveal());
            verdict.expires = expires.time_since_epoch().count();
        }
    }
    return verdict;
}

void log_verdict(const Decision& decision, const std::string& user, const std::string& address) {
    const std::initializer_list<LogField> fields = {{"USER_NAME", user}, {"REMOTE_ADDR", address}, {"REASON", decision.reason}};
    switch (decision.outcome) {
        case LoginOutcome::granted:
            log_event(Event::login, fmt::format("login of {} from {}", decision.account.name, address), fields);
            break;
        case LoginOutcome::unavailable:
            log_event(Event::login_fault, fmt::format("login of {} could not be checked: {}", user, decision.reason), fields);
            break;
        case LoginOutcome::refused:
        case LoginOutcome::password_expired:
            log_event(Event::login_refused, fmt::format("login refused for {} from {}: {}", user, address, decision.reason), fields);
            break;
    }
}

/// A token that was not delivered must not stay valid.
Result<void> hand_over(int socket, wire::LoginVerdict& verdict, const tickets::TicketStore& store) {
    auto sent = wire::send(socket, verdict);
    if (!sent && verdict.outcome == LoginOutcome::granted) {
        if (const auto token = Token::parse(verdict.token.reveal())) store.revoke(token->hash());
    }
    return sent;
}

void wait_until_floor(std::chrono::steady_clock::time_point since, const RefusalPace& pace) {
    std::uint16_t random = 0;
    fill_random(reinterpret_cast<unsigned char*>(&random), sizeof random);
    std::this_thread::sleep_until(since + pace.floor + pace.jitter * random / 65535);
}

}  // namespace

Result<void> attempt(int socket, const Settings& settings, const tickets::TicketStore& store, const Clock& clock, const RefusalPace& pace) {
    const auto first = wire::receive(socket, std::chrono::seconds(10));
    if (!first) return error_of(first);
    if (!*first) return failure("the peer closed the connection");
    if ((*first)->type() == static_cast<std::uint16_t>(wire::Type::CheckLogins))
        return check_accounts(socket, **first, settings, store, clock);
    const auto start = wire::decode<wire::LoginStart>(**first);
    if (!start) return error_of(start);
    const auto user = UserName::parse(start->user);
    if (!user || has_control_character(start->address)) return failure("boardgated started a login with a malformed user name or address");

    Conversation conversation(socket);
    auto pam = Pam::start(pam_service, user->str(), start->address, conversation);
    if (!pam) return error_of(pam);
    // A person at a second prompt has proved the password of the account as it was.
    const auto mark = tickets::account_mark(user->str());
    Decision decision = decide(*pam, {&Pam::authenticate, &Pam::check_account}, settings, clock);
    if (decision.outcome == LoginOutcome::granted && mark && !tickets::is_mark_of(*mark, user->str()))
        decision = {LoginOutcome::refused, "the account or its password has changed since the login began"};
    // The peer is gone: there is nobody to send a verdict to.
    if (!conversation.broken().empty()) return failure("a login was interrupted", user->str(), conversation.broken());

    wire::LoginVerdict verdict = verdict_of(decision, false, settings, store, clock);
    log_verdict(decision, user->str(), start->address);
    const bool proved = verdict.outcome == LoginOutcome::granted || verdict.outcome == LoginOutcome::password_expired;
    // Only a person who knows the password may read the messages of the account stage. After prompts beyond the password,
    // such as for a code, PAM's message may say what was wrong.
    if (proved || conversation.turns() > 1) verdict.messages = conversation.take_messages();
    if (!proved) wait_until_floor(conversation.answered(), pace);
    return hand_over(socket, verdict, store);
}

Result<void> local_attempt(int socket, uid_t caller, const Settings& settings, const tickets::TicketStore& store, const Clock& clock) {
    // First: a person may own thousands of uids without an account (subuid(5)), and each would have a share of the waiting.
    const auto account = account_of(caller);
    if (!account) return error_of(account);
    if (const auto question = wire::receive_one<wire::LocalLogin>(socket, std::chrono::seconds(10)); !question) {
        return error_of(question);
    }
    auto decision = decide_about(*account, {}, Conversation(socket), settings, clock);
    if (!decision) return error_of(decision);
    wire::LoginVerdict verdict = verdict_of(*decision, true, settings, store, clock);
    // The kernel has proved who asks.
    if (verdict.outcome != LoginOutcome::granted) verdict.messages = {decision->reason.substr(0, wire::longest::sentence)};
    log_verdict(*decision, account->name, "this server");
    return hand_over(socket, verdict, store);
}

}  // namespace boardgate::login
