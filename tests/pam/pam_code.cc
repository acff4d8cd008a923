// SPDX-License-Identifier: MIT
// A PAM module like a second factor: it shows where it sent a code, prompts for it, and has its own error message. For the lab's stack; built by the test that uses it (tests/browser/test_login_page.py).
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include <cstdlib>
#include <cstring>

extern "C" {

PAM_EXTERN int pam_sm_authenticate(pam_handle_t* pam, int, int, const char**) {
    pam_info(pam, "A code was sent to your phone");
    char* code = nullptr;
    if (pam_prompt(pam, PAM_PROMPT_ECHO_ON, &code, "One-time code: ") != PAM_SUCCESS || code == nullptr) return PAM_AUTH_ERR;
    const bool right = std::strcmp(code, "123456") == 0;
    std::free(code);
    if (right) return PAM_SUCCESS;
    pam_error(pam, "That code is not valid any more");
    return PAM_AUTH_ERR;
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }
}
