// SPDX-License-Identifier: MIT
// A PAM transaction as an owning type (pam(3)): started here, ended when it goes, with the last status, which
// pam_end(3) hands to the modules' clean-up.
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
    /// pam_acct_mgmt(3): may this account be used at all, now, here? A PAM status.
    [[nodiscard]] int check_account();
    /// Who it is after the modules had their say; they may rewrite the name.
    [[nodiscard]] Result<std::string> user();
    [[nodiscard]] const char* describe(int status) const;

private:
    explicit Pam(pam_handle_t* handle) : handle_(handle) {}
    pam_handle_t* handle_;
    int last_ = PAM_SUCCESS;
};

}  // namespace boardgate::login
