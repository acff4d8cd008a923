// SPDX-License-Identifier: MIT
// Asks boardgate-login whether the accounts of sessions may still log in. One process answers for many accounts. If it ends
// at an account, or does not answer in time, that account stays unchecked until the next time, and another process answers
// for those behind it.
#pragma once

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/boardgated/logins/sessions.h"

namespace boardgate::boardgated {

class AccountChecks {
public:
    AccountChecks(Sessions& sessions, const Clock& clock, std::string path) : sessions_(sessions), clock_(clock), path_(std::move(path)) {}

    /// Checks the accounts that are due, and ends the sessions of those that may not log in any more.
    void work();

private:
    /// False when boardgate-login cannot be reached: the account stays due.
    [[nodiscard]] bool check(const Sessions::AccountToCheck& account);
    /// The sessions of these that have ended; an error if the process ended, or says something else.
    [[nodiscard]] Result<std::vector<TokenHash>> ask(const std::string& address, const std::vector<TokenHash>& tokens) const;
    [[nodiscard]] bool connect();

    Sessions& sessions_;
    const Clock& clock_;
    const std::string path_;
    Fd connection_;
    BootTime connected_{};
};

}  // namespace boardgate::boardgated
