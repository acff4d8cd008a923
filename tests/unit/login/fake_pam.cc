// SPDX-License-Identifier: MIT
#include "tests/unit/login/fake_pam.h"

#include <cstdlib>

namespace boardgate::login {

namespace {
FakePam* in_force = nullptr;
}

FakePam::FakePam() { in_force = this; }
FakePam::~FakePam() { in_force = nullptr; }

int FakePam::say(const std::vector<Said>& messages) {
    std::vector<pam_message> plain;
    for (const Said& message : messages) plain.push_back({message.style, message.text.c_str()});
    std::vector<const pam_message*> pointers;
    for (const pam_message& message : plain) pointers.push_back(&message);
    pam_response* responses = nullptr;
    const int status = conversation->conv(static_cast<int>(pointers.size()), pointers.data(), &responses, conversation->appdata_ptr);
    answers.clear();
    if (status != PAM_SUCCESS) return status;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        answers.push_back(responses[i].resp == nullptr ? std::nullopt : std::optional<std::string>(responses[i].resp));
        std::free(responses[i].resp);
    }
    std::free(responses);
    return status;
}

int FakePam::ask_password(const std::string& right) {
    if (const int status = say({{PAM_PROMPT_ECHO_OFF, "Password: "}}); status != PAM_SUCCESS) return status;
    return answers.at(0) == right ? PAM_SUCCESS : PAM_AUTH_ERR;
}

}  // namespace boardgate::login

using boardgate::login::in_force;

// The handle's own type is private to libpam; nothing looks into it here.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): theirs are reserved names.
extern "C" {

int pam_start(const char* service, const char* user, const pam_conv* conversation, pam_handle_t** handle) {
    if (in_force->start_status != PAM_SUCCESS) return in_force->start_status;
    static pam_conv kept;
    kept = *conversation;
    in_force->conversation = &kept;
    in_force->service = service;
    in_force->user = user;
    *handle = reinterpret_cast<pam_handle_t*>(in_force);
    return PAM_SUCCESS;
}

int pam_authenticate(pam_handle_t*, int flags) {
    in_force->calls.push_back("authenticate " + std::to_string(flags));
    return in_force->authenticate();
}

int pam_acct_mgmt(pam_handle_t*, int flags) {
    in_force->calls.push_back("account " + std::to_string(flags));
    return in_force->account();
}

int pam_set_item(pam_handle_t*, int item, const void* value) {
    if (item == PAM_FAIL_DELAY) {
        in_force->sets_delay = value != nullptr;
    } else {
        in_force->items[item] = static_cast<const char*>(value);
    }
    return PAM_SUCCESS;
}

int pam_get_item(const pam_handle_t*, int item, const void** value) {
    *value = item == PAM_USER && !in_force->user.empty() ? in_force->user.c_str() : nullptr;
    return PAM_SUCCESS;
}

int pam_end(pam_handle_t*, int status) {
    in_force->ended.push_back(status);
    return PAM_SUCCESS;
}

const char* pam_strerror(pam_handle_t*, int status) { return status == PAM_AUTH_ERR ? "Authentication failure" : "some status"; }
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
