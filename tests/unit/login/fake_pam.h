// SPDX-License-Identifier: MIT
// A scripted libpam: the test defines the modules' behaviour and sees their input. The test's binary defines the functions
// of pam(3), so that it tests the unmodified pam.cc.
#pragma once

#include <security/pam_appl.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace boardgate::login {

/// A message of a module to the person: style and text.
struct Said {
    int style;
    std::string text;
};

class FakePam {
public:
    FakePam();
    ~FakePam();
    FakePam(const FakePam&) = delete;
    FakePam& operator=(const FakePam&) = delete;

    /// The modules' behaviour at each stage; returns a PAM status.
    std::function<int()> authenticate = [] { return PAM_SUCCESS; };
    std::function<int()> account = [] { return PAM_SUCCESS; };
    int start_status = PAM_SUCCESS;

    /// Called by a module: the result of the conversation, and the answers.
    int say(const std::vector<Said>& messages);
    std::vector<std::optional<std::string>> answers;
    /// A module's usual prompt: PAM_SUCCESS if this is the answer.
    int ask_password(const std::string& right);

    std::string user;  ///< PAM_USER; a module may change it
    std::string service;
    std::map<int, std::string> items;  ///< set by the program
    bool sets_delay = false;           ///< PAM_FAIL_DELAY was taken over
    std::vector<std::string> calls;    ///< `authenticate`, `account`, with the flags in decimal
    std::vector<int> ended;            ///< the status that each pam_end() was given
    const pam_conv* conversation = nullptr;
};

}  // namespace boardgate::login
