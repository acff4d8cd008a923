// SPDX-License-Identifier: MIT
#include "src/login/decision.h"

#include "src/tickets/closed_accounts.h"

namespace boardgate::login {

using wire::LoginOutcome;

namespace {

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

}  // namespace

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
    if (const auto known = UserName::parse(account->name); !known) return {LoginOutcome::refused, known.error().what};
    if (std::string reason = tickets::why_closed(*account, settings, clock); !reason.empty()) return {LoginOutcome::refused, reason};
    return {LoginOutcome::granted, {}, *std::move(account)};
}

Result<Decision> decide_about(const Account& account, const std::string& address, Conversation conversation, const Settings& settings,
                              const Clock& clock) {
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

}  // namespace boardgate::login
