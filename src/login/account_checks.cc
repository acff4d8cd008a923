// SPDX-License-Identifier: MIT
#include "src/login/account_checks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "src/base/log.h"
#include "src/login/decision.h"
#include "src/tickets/shadow.h"

namespace boardgate::login {

namespace {

using wire::LoginOutcome;

/// boardgated sends the next question as soon as it has an answer.
constexpr std::chrono::seconds patience{10};

/// The tickets of one question.
class LoginCheck {
public:
    LoginCheck(const wire::CheckLogins& question, const Settings& settings, const tickets::TicketStore& store, const Clock& clock)
        : address_(question.address), settings_(settings), store_(store), clock_(clock) {}

    /// Whether the login has ended. Its ticket is revoked then.
    [[nodiscard]] bool has_ended(const TokenHash& token) {
        const auto ticket = store_.check(token, std::chrono::floor<std::chrono::seconds>(clock_.wall()));
        if (!ticket) return ticket.error().sys == ENOENT;
        const Decision decision = decide(*ticket);
        if (decision.outcome != LoginOutcome::refused && decision.outcome != LoginOutcome::password_expired) return false;
        store_.revoke(token);
        log_event(Event::login_ended, fmt::format("a session of {} from {} has ended: {}", ticket->user, address_, decision.reason),
                  {{"USER_NAME", ticket->user}, {"REMOTE_ADDR", address_}, {"REASON", decision.reason}});
        return true;
    }

private:
    /// Whether the holder of a ticket may still log in.
    [[nodiscard]] Decision decide(const tickets::Ticket& ticket) {
        const auto account = account_of(ticket.uid);
        if (!account && account.error().sys != ENOENT) return {LoginOutcome::unavailable, account.error().text()};
        if (!account || account->name != ticket.user) return {LoginOutcome::refused, "there is no such account any more"};
        if (!tickets::is_mark_of(ticket.mark, account->name)) return {LoginOutcome::refused, "its password has changed"};
        if (!decided_ || decided_->first != account->uid) decided_.emplace(account->uid, ask_pam(*account));
        return decided_->second;
    }

    [[nodiscard]] Decision ask_pam(const Account& account) const {
        // pam_nologin(8) refuses new logins, and does not end sessions.
        for (const char* path : {"/run/nologin", "/etc/nologin"}) {
            if (access(path, F_OK) == 0) return {LoginOutcome::unavailable, fmt::format("{} exists", path)};
        }
        auto decision = decide_about(account, address_, Conversation::without_person(), settings_, clock_);
        if (decision) return *std::move(decision);
        log_event(Event::login_fault, fmt::format("the account {} could not be checked: {}", account.name, decision.error().text()),
                  {{"USER_NAME", account.name}});
        return {LoginOutcome::unavailable, decision.error().text()};
    }

    const std::string& address_;
    const Settings& settings_;
    const tickets::TicketStore& store_;
    const Clock& clock_;
    std::optional<std::pair<uid_t, Decision>> decided_;
};

}  // namespace

Result<void> check_accounts(int socket, const wire::Datagram& first, const Settings& settings, const tickets::TicketStore& store,
                            const Clock& clock) {
    auto question = wire::decode<wire::CheckLogins>(first);
    for (;;) {
        if (!question) return error_of(question);
        const auto tokens = wire::hashes_in(question->hashes);
        if (!tokens || has_control_character(question->address))
            return failure("boardgated asked to check logins with a malformed token or address");
        // For each account anew.
        alarm(static_cast<unsigned>(longest_check.count()));
        LoginCheck check(*question, settings, store, clock);
        wire::CheckedLogins answer;
        for (const TokenHash& token : *tokens) {
            if (check.has_ended(token)) answer.hashes += token.hex();
        }
        alarm(0);
        if (auto sent = wire::send(socket, answer); !sent) return sent;
        const auto next = wire::receive(socket, patience);
        if (!next) return error_of(next);
        if (!*next) return {};
        question = wire::decode<wire::CheckLogins>(**next);
    }
}

}  // namespace boardgate::login
