// SPDX-License-Identifier: MIT
// PAM's questions carried to the person and the answers back (pam_conv(3)), any number of turns.
// Text and error messages are gathered and travel with the next prompt: they are text, not a verdict.
#pragma once

#include <security/pam_appl.h>

#include <chrono>
#include <string>
#include <vector>

#include "src/base/names.h"
#include "src/wire/messages.h"

namespace boardgate::login {

/// How long a person may think about one prompt.
inline constexpr std::chrono::seconds longest_silence{90};

class Conversation {
public:
    explicit Conversation(int socket) : socket_(socket) {}

    /// The callback for pam_start(3); `self` is a Conversation. Nothing is thrown through PAM.
    static int converse(int count, const pam_message** messages, pam_response** responses, void* self) noexcept;

    /// Messages that no prompt has carried yet; they go with the verdict.
    [[nodiscard]] std::vector<std::string> take_messages() { return std::move(messages_); }
    /// Why the conversation broke off, if it did: the person went away or a message was malformed.
    [[nodiscard]] const std::string& broken() const { return broken_; }
    /// How often somebody answered.
    [[nodiscard]] int turns() const { return turns_; }
    /// When the last answers came: a refusal's wait counts from here.
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
