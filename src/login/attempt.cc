// SPDX-License-Identifier: MIT
#include "src/login/attempt.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "src/base/log.h"
#include "src/login/pam.h"
#include "src/tickets/closed_accounts.h"
#include "src/tickets/shadow.h"

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
        default:  // PAM_AUTHINFO_UNAVAIL, PAM_SYSTEM_ERR, PAM_ABORT, ...: nobody can log in
            return LoginOutcome::unavailable;
    }
}

Decision decide(Pam& pam, const std::vector<int (Pam::*)()>& steps, const Settings& settings, const Clock& clock) {
    for (const auto step : steps) {
        if (const int status = (pam.*step)(); status != PAM_SUCCESS) return {outcome_of(status), pam.describe(status)};
    }
    const auto name = pam.user();
    if (!name) return {LoginOutcome::unavailable, name.error().text()};
    auto account = account_of(*name);
    if (!account) {
        return {account.error().sys == ENOENT ? LoginOutcome::refused : LoginOutcome::unavailable, account.error().text()};
    }
    if (!UserName::parse(account->name)) return {LoginOutcome::refused, "the account's name cannot be part of a systemd unit's name"};
    if (std::string reason = tickets::why_closed(*account, settings, clock); !reason.empty()) return {LoginOutcome::refused, reason};
    return {LoginOutcome::granted, {}, *std::move(account)};
}

/// For a name that the kernel or a ticket has proved: only the account stage.
Result<Decision> decide_about(const Account& account, const std::string& address, int socket, const Settings& settings,
                              const Clock& clock) {
    Conversation conversation(socket);
    auto pam = Pam::start(pam_service, account.name, address, conversation);
    if (!pam) return error_of(pam);
    Decision decision = decide(*pam, {&Pam::check_account}, settings, clock);
    if (!conversation.broken().empty()) return failure("a login was interrupted", account.name, conversation.broken());
    // A module that rewrites names must not turn a proved name into another account's.
    if (decision.outcome == LoginOutcome::granted && decision.account.uid != account.uid) {
        return Decision{LoginOutcome::refused, "PAM returned the name of another account"};
    }
    return decision;
}

/// Whether the holder of a ticket may still log in.
Result<Decision> decide_again(const tickets::Ticket& ticket, const std::string& address, int socket, const Settings& settings,
                              const Clock& clock) {
    const auto account = account_of(ticket.uid);
    if (!account && account.error().sys != ENOENT) return Decision{LoginOutcome::unavailable, account.error().text()};
    if (!account || account->name != ticket.user) return Decision{LoginOutcome::refused, "there is no such account any more"};
    if (!tickets::is_mark_of(ticket.mark, account->name)) return Decision{LoginOutcome::refused, "its password has changed"};
    // pam_nologin(8) refuses new logins, and does not end sessions.
    for (const char* path : {"/run/nologin", "/etc/nologin"}) {
        if (access(path, F_OK) == 0) return Decision{LoginOutcome::unavailable, fmt::format("{} exists", path)};
    }
    return decide_about(*account, address, socket, settings, clock);
}

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

Result<void> check(int socket, const wire::CheckLogin& question, const Settings& settings, const tickets::TicketStore& store,
                   const Clock& clock) {
    const auto token = TokenHash::from_hex(question.ticket);
    if (!token || has_control_character(question.address))
        return failure("boardgated asked to check a login with a malformed token or address");
    wire::LoginVerdict verdict;
    const auto ticket = store.check(*token, std::chrono::floor<std::chrono::seconds>(clock.wall()));
    if (!ticket) {
        // The session has ended meanwhile.
        verdict.outcome = ticket.error().sys == ENOENT ? LoginOutcome::refused : LoginOutcome::unavailable;
        return wire::send(socket, verdict);
    }
    const auto decision = decide_again(*ticket, question.address, socket, settings, clock);
    if (!decision) return error_of(decision);
    verdict.outcome = decision->outcome;
    if (decision->outcome == LoginOutcome::refused || decision->outcome == LoginOutcome::password_expired) {
        store.revoke(*token);
        log_event(Event::login_ended,
                  fmt::format("a session of {} from {} has ended: {}", ticket->user, question.address, decision->reason),
                  {{"USER_NAME", ticket->user}, {"REMOTE_ADDR", question.address}, {"REASON", decision->reason}});
    }
    return wire::send(socket, verdict);
}

}  // namespace

Result<void> attempt(int socket, const Settings& settings, const tickets::TicketStore& store, const Clock& clock, const RefusalPace& pace) {
    const auto first = wire::receive(socket, std::chrono::seconds(10));
    if (!first) return error_of(first);
    if (!*first) return failure("the peer closed the connection");
    if (const auto question = wire::decode<wire::CheckLogin>(**first)) return check(socket, *question, settings, store, clock);
    const auto start = wire::decode<wire::LoginStart>(**first);
    if (!start) return error_of(start);
    const auto user = UserName::parse(start->user);
    if (!user || has_control_character(start->address)) return failure("boardgated started a login with a malformed user name or address");

    Conversation conversation(socket);
    auto pam = Pam::start(pam_service, user->str(), start->address, conversation);
    if (!pam) return error_of(pam);
    Decision decision = decide(*pam, {&Pam::authenticate, &Pam::check_account}, settings, clock);
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
    auto decision = decide_about(*account, {}, socket, settings, clock);
    if (!decision) return error_of(decision);
    wire::LoginVerdict verdict = verdict_of(*decision, true, settings, store, clock);
    log_verdict(*decision, account->name, "this server");
    return hand_over(socket, verdict, store);
}

}  // namespace boardgate::login
