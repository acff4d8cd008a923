// SPDX-License-Identifier: MIT
#include "src/login/pam.h"

#include <utility>

namespace boardgate::login {

namespace {
/// Turns off the modules' delays: our own delay (attempt.h) is the same for every cause.
/// The signature is PAM_FAIL_DELAY's of pam_set_item(3).
void no_delay(int, unsigned, void*) {}
}  // namespace

Result<Pam> Pam::start(const char* service, const std::string& user, const std::string& address, Conversation& conversation) {
    const pam_conv callbacks{&Conversation::converse, &conversation};
    pam_handle_t* handle = nullptr;
    const int status = pam_start(service, user.c_str(), &callbacks, &handle);
    if (status != PAM_SUCCESS || handle == nullptr) return failure("PAM cannot be started", service, "check /etc/pam.d/boardgate");
    Pam pam(handle);
    pam_set_item(handle, PAM_RHOST, address.c_str());
    pam_set_item(handle, PAM_TTY, "boardgate");
    pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&no_delay));
    return pam;
}

Pam::Pam(Pam&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), last_(other.last_) {}

Pam::~Pam() {
    if (handle_ != nullptr) pam_end(handle_, last_);
}

int Pam::authenticate() { return last_ = pam_authenticate(handle_, PAM_DISALLOW_NULL_AUTHTOK); }

int Pam::check_account() { return last_ = pam_acct_mgmt(handle_, PAM_DISALLOW_NULL_AUTHTOK); }

Result<std::string> Pam::user() {
    const void* name = nullptr;
    last_ = pam_get_item(handle_, PAM_USER, &name);
    if (last_ != PAM_SUCCESS || name == nullptr) return failure("PAM returned no user name");
    return std::string(static_cast<const char*>(name));
}

const char* Pam::describe(int status) const { return pam_strerror(handle_, status); }

}  // namespace boardgate::login
