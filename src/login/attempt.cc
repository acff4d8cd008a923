// SPDX-License-Identifier: MIT
#include "src/login/attempt.h"

#include <algorithm>
#include <thread>

#include "src/base/log.h"
#include "src/login/account.h"
#include "src/login/pam.h"

namespace boardgate::login {

namespace {

using wire::LoginOutcome;

struct Decision {
    LoginOutcome outcome;
    std::string reason;  ///< for the journal
    Account account{};
};

/// What a PAM status other than success means for the person.
LoginOutcome outcome_of(int status) {
    switch (status) {
        case PAM_NEW_AUTHTOK_REQD:
            return LoginOutcome::password_expired;
        case PAM_AUTH_ERR:
        case PAM_USER_UNKNOWN:
        case PAM_MAXTRIES:
        case PAM_CRED_INSUFFICIENT:
        case PAM_ACCT_EXPIRED:
        case PAM_PERM_DENIED:
        case PAM_AUTHTOK_EXPIRED:
        case PAM_CONV_ERR:
            return LoginOutcome::refused;
        default:  // PAM_AUTHINFO_UNAVAIL, PAM_SYSTEM_ERR, PAM_ABORT, ...: nobody can log in, whoever it is
            return LoginOutcome::unavailable;
    }
}

Decision decide(Pam& pam, const std::vector<int (Pam::*)()>& steps, const Settings& settings) {
    for (const auto step : steps) {
        if (const int status = (pam.*step)(); status != PAM_SUCCESS) return {outcome_of(status), pam.describe(status)};
    }
    const auto name = pam.user();
    if (!name) return {LoginOutcome::unavailable, name.error().text()};
    auto account = account_of(*name);
    if (!account) {
        return {account.error().sys == ENOENT ? LoginOutcome::refused : LoginOutcome::unavailable, account.error().text()};
    }
    if (!UserName::parse(account->name)) return {LoginOutcome::refused, "the account's name cannot be part of a unit's name"};
    if (std::string reason = why_refused(*account, settings); !reason.empty()) return {LoginOutcome::refused, reason};
    return {LoginOutcome::granted, {}, *std::move(account)};
}

/// Writes the ticket of a grant; without one there is no grant.
wire::LoginVerdict verdict_of(Decision& decision, const Settings& settings, const tickets::TicketStore& store, const Clock& clock) {
    wire::LoginVerdict verdict;
    verdict.outcome = decision.outcome;
    if (decision.outcome == LoginOutcome::granted) {
        const Token token = Token::make();
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.wall()) + settings.session_lifetime;
        if (auto written = store.write(token.hash(), {decision.account.uid, expires, decision.account.name}); !written) {
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
            log_event(Event::login, "login of " + decision.account.name + " from " + address, fields);
            break;
        case LoginOutcome::unavailable:
            log_event(Event::login_fault, "login of " + user + " could not be decided: " + decision.reason, fields);
            break;
        case LoginOutcome::refused:
        case LoginOutcome::password_expired:
            log_event(Event::login_refused, "login refused for " + user + " from " + address + ": " + decision.reason, fields);
            break;
    }
}

/// A token that nobody got must not stay valid.
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
    auto start = wire::receive_one<wire::LoginStart>(socket, std::chrono::seconds(10));
    if (!start) return tl::make_unexpected(start.error());
    const auto user = UserName::parse(start->user);
    if (!user || has_control_character(start->address)) return failure("a login began with a malformed name or address");

    Conversation conversation(socket);
    auto pam = Pam::start(pam_service, user->str(), start->address, conversation);
    if (!pam) return tl::make_unexpected(pam.error());
    Decision decision = decide(*pam, {&Pam::authenticate, &Pam::check_account}, settings);
    // Nobody is there any more to hear a verdict.
    if (!conversation.broken().empty()) return failure("a login was broken off", user->str(), conversation.broken());

    wire::LoginVerdict verdict = verdict_of(decision, settings, store, clock);
    log_verdict(decision, user->str(), start->address);
    if (verdict.outcome == LoginOutcome::granted || verdict.outcome == LoginOutcome::password_expired) {
        // Only somebody who knew the password reads what the account stage has to say.
        verdict.messages = conversation.take_messages();
    } else {
        wait_until_floor(conversation.answered(), pace);
    }
    return hand_over(socket, verdict, store);
}

Result<void> local_attempt(int socket, uid_t caller, const Settings& settings, const tickets::TicketStore& store, const Clock& clock) {
    if (const auto question = wire::receive_one<wire::LocalLogin>(socket, std::chrono::seconds(10)); !question) {
        return tl::make_unexpected(question.error());
    }
    const auto account = account_of(caller);
    if (!account) return tl::make_unexpected(account.error());
    Conversation conversation(socket);
    auto pam = Pam::start(pam_service, account->name, {}, conversation);
    if (!pam) return tl::make_unexpected(pam.error());
    Decision decision = decide(*pam, {&Pam::check_account}, settings);
    // A module that rewrites names must not turn the kernel's word into another account's.
    if (decision.outcome == LoginOutcome::granted && decision.account.uid != caller) {
        decision = {LoginOutcome::refused, "PAM named another account than the kernel"};
    }
    wire::LoginVerdict verdict = verdict_of(decision, settings, store, clock);
    log_verdict(decision, account->name, "this server");
    return hand_over(socket, verdict, store);
}

}  // namespace boardgate::login
