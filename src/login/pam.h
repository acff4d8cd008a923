// SPDX-License-Identifier: MIT
// A PAM transaction as an owning type (pam(3)). The destructor ends it with the last status, which pam_end(3) passes to
// the modules' clean-up.
#pragma once

#include <security/pam_appl.h>

#include <string>

#include "src/base/error.h"
#include "src/login/conversation.h"

namespace boardgate::login {

class Pam {
public:
    /// `conversation` must outlive the transaction. `address` becomes PAM_RHOST.
    [[nodiscard]] static Result<Pam> start(const char* service, const std::string& user, const std::string& address,
                                           Conversation& conversation);
    Pam(Pam&& other) noexcept;
    Pam& operator=(Pam&&) = delete;
    ~Pam();

    /// pam_authenticate(3) without empty passwords. A PAM status.
    [[nodiscard]] int authenticate();
    /// pam_acct_mgmt(3): whether the account may be used here and now. A PAM status.
    [[nodiscard]] int check_account();
    /// The user name after authentication; modules may rewrite it.
    [[nodiscard]] Result<std::string> user();
    [[nodiscard]] const char* describe(int status) const;

private:
    explicit Pam(pam_handle_t* handle) : handle_(handle) {}
    pam_handle_t* handle_;
    int last_ = PAM_SUCCESS;
};

}  // namespace boardgate::login
