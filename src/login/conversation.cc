// SPDX-License-Identifier: MIT
#include "src/login/conversation.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace boardgate::login {

namespace {

/// A module's text, bounded and converted to valid UTF-8, whatever its locale.
std::string shown(const char* text) {
    std::string out(text == nullptr ? "" : text);
    out.resize(std::min(out.size(), wire::longest::sentence));
    if (!is_utf8(out)) {
        std::replace_if(
            out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    }
    return out;
}

/// PAM frees pam_response, so it comes from malloc.
struct Responses {
    explicit Responses(std::size_t count) : size(count), items(static_cast<pam_response*>(std::calloc(count, sizeof(pam_response)))) {}
    Responses(const Responses&) = delete;
    Responses& operator=(const Responses&) = delete;
    ~Responses() {
        for (std::size_t i = 0; items != nullptr && i < size; ++i) {
            if (items[i].resp != nullptr) explicit_bzero(items[i].resp, std::strlen(items[i].resp));
            std::free(items[i].resp);
        }
        std::free(items);
    }
    pam_response* release() { return std::exchange(items, nullptr); }
    std::size_t size;
    pam_response* items;
};

}  // namespace

int Conversation::converse(int count, const pam_message** messages, pam_response** responses, void* self) noexcept {
    try {
        return static_cast<Conversation*>(self)->turn(count, messages, responses);
    } catch (...) {
        return PAM_BUF_ERR;
    }
}

Result<std::vector<Secret>> Conversation::ask(wire::LoginPrompts prompts) {
    if (socket_ < 0) return failure("a PAM module asks a question where nobody can answer");
    if (auto sent = wire::send(socket_, prompts); !sent) return error_of(sent);
    // A person takes longer than any module may (main.cc).
    const unsigned before = alarm(0);
    auto answers = wire::receive_one<wire::LoginAnswers>(socket_, longest_silence);
    if (before != 0) alarm(static_cast<unsigned>(longest_module.count()));
    if (!answers) return error_of(answers);
    if (answers->answers.size() != prompts.prompts.size()) return failure("the number of answers differs from the number of prompts");
    for (const Secret& answer : answers->answers) {
        if (answer.reveal().find('\0') != std::string::npos) return failure("an answer contains a NUL byte");
    }
    answered_ = std::chrono::steady_clock::now();
    ++turns_;
    return std::move(answers->answers);
}

int Conversation::turn(int count, const pam_message** messages, pam_response** responses) {
    if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
    wire::LoginPrompts prompts;
    std::vector<std::size_t> asked;  // the index of each prompt's message
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const pam_message& message = *messages[i];
        switch (message.msg_style) {
            case PAM_PROMPT_ECHO_OFF:
            case PAM_PROMPT_ECHO_ON:
                if (prompts.prompts.size() == wire::longest::prompts) return PAM_CONV_ERR;
                prompts.prompts.push_back({shown(message.msg), message.msg_style == PAM_PROMPT_ECHO_ON});
                asked.push_back(i);
                break;
            case PAM_TEXT_INFO:
            case PAM_ERROR_MSG:
                // Beyond the bound, drop the oldest: the newest explains the next prompt best.
                if (messages_.size() == wire::longest::prompts) messages_.erase(messages_.begin());
                messages_.push_back(shown(message.msg));
                break;
            default:
                return PAM_CONV_ERR;
        }
    }
    Responses made(static_cast<std::size_t>(count));
    if (made.items == nullptr) return PAM_BUF_ERR;
    if (!asked.empty()) {
        prompts.messages = std::move(messages_);
        messages_.clear();
        auto answers = ask(std::move(prompts));
        if (!answers) {
            broken_ = answers.error().text();
            return PAM_CONV_ERR;
        }
        for (std::size_t k = 0; k < asked.size(); ++k) {
            made.items[asked[k]].resp = strdup((*answers)[k].reveal().c_str());
            if (made.items[asked[k]].resp == nullptr) return PAM_BUF_ERR;
        }
    }
    *responses = made.release();
    return PAM_SUCCESS;
}

}  // namespace boardgate::login
