// SPDX-License-Identifier: MIT
// Sends PAM's prompts to the person and returns the answers (pam_conv(3)), any number of times. Text and error messages
// are collected and sent with the next prompt: they are text, not a verdict.
#pragma once

#include <security/pam_appl.h>

#include <chrono>
#include <string>
#include <vector>

#include "src/base/names.h"
#include "src/wire/messages.h"

namespace boardgate::login {

/// The longest wait for the answer to a prompt.
inline constexpr std::chrono::seconds longest_silence{90};
/// How long a module may work between two prompts. boardgated gives up before.
inline constexpr std::chrono::seconds longest_module{50};
/// How long the modules may work on the check of one account (account_checks.h).
inline constexpr std::chrono::seconds longest_check{20};

class Conversation {
public:
    explicit Conversation(int socket) : socket_(socket) {}
    /// Nobody is there who could answer: a prompt interrupts it.
    [[nodiscard]] static Conversation without_person() { return Conversation(-1); }

    /// The callback for pam_start(3); `self` is a Conversation. Never throws through PAM.
    static int converse(int count, const pam_message** messages, pam_response** responses, void* self) noexcept;

    /// Messages after the last prompt; they are sent with the verdict.
    [[nodiscard]] std::vector<std::string> take_messages() { return std::move(messages_); }
    /// Why the conversation was interrupted, if it was: the person left or a message was malformed.
    [[nodiscard]] const std::string& broken() const { return broken_; }
    /// The number of answers so far.
    [[nodiscard]] int turns() const { return turns_; }
    /// The time of the last answers: a refusal's delay counts from here.
    [[nodiscard]] std::chrono::steady_clock::time_point answered() const { return answered_; }

private:
    [[nodiscard]] Result<std::vector<Secret>> ask(wire::LoginPrompts prompts);
    int turn(int count, const pam_message** messages, pam_response** responses);

    int socket_;
    std::vector<std::string> messages_;
    std::string broken_;
    int turns_ = 0;
    std::chrono::steady_clock::time_point answered_ = std::chrono::steady_clock::now();
};

}  // namespace boardgate::login
