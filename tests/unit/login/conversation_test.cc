// SPDX-License-Identifier: MIT
#include "src/login/conversation.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/fakes/socket_pair.h"

namespace boardgate::login {
namespace {

using namespace std::chrono_literals;

struct ConversationTest : testing::Test {
    fakes::SocketPair sockets;
    Conversation conversation{sockets.near.get()};
    std::vector<std::optional<std::string>> answers;

    struct Said {
        int style;
        const char* text;
    };
    /// Calls the conversation like a module; a PAM status.
    int say(const std::vector<Said>& messages) {
        std::vector<pam_message> plain;
        for (const Said& message : messages) plain.push_back({message.style, message.text});
        std::vector<const pam_message*> pointers;
        for (const pam_message& message : plain) pointers.push_back(&message);
        pam_response* responses = nullptr;
        const int status = Conversation::converse(static_cast<int>(plain.size()), pointers.data(), &responses, &conversation);
        answers.clear();
        if (status != PAM_SUCCESS) {
            EXPECT_EQ(responses, nullptr);
            return status;
        }
        for (std::size_t i = 0; i < plain.size(); ++i) {
            answers.push_back(responses[i].resp == nullptr ? std::nullopt : std::optional<std::string>(responses[i].resp));
            std::free(responses[i].resp);
        }
        std::free(responses);
        return status;
    }
    /// The person's answers; sent before the prompts, since the socket buffers them.
    void answer(const std::vector<std::string>& texts) {
        wire::LoginAnswers message;
        for (const std::string& text : texts) message.answers.emplace_back(text);
        ASSERT_TRUE(wire::send(sockets.far.get(), message));
    }
    [[nodiscard]] wire::LoginPrompts asked() { return wire::receive_one<wire::LoginPrompts>(sockets.far.get(), 1s).value(); }
    [[nodiscard]] bool silent() { return !wire::receive(sockets.far.get(), 0ms); }
};

TEST_F(ConversationTest, CarriesAPromptAndItsAnswer) {
    answer({"pass word"});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "Password: "}}), PAM_SUCCESS);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0], "pass word");
    const auto prompts = asked();
    ASSERT_EQ(prompts.prompts.size(), 1U);
    EXPECT_EQ(prompts.prompts[0].text, "Password: ");
    EXPECT_FALSE(prompts.prompts[0].echo);
    EXPECT_EQ(conversation.broken(), "");
}

TEST_F(ConversationTest, GivesEachAnswerToItsPromptAndNoneToTexts) {
    answer({"alice", "1234"});
    EXPECT_EQ(
        say({{PAM_TEXT_INFO, "Welcome"}, {PAM_PROMPT_ECHO_ON, "Name: "}, {PAM_ERROR_MSG, "Careful"}, {PAM_PROMPT_ECHO_OFF, "Code: "}}),
        PAM_SUCCESS);
    ASSERT_EQ(answers.size(), 4U);
    EXPECT_EQ(answers[0], std::nullopt);
    EXPECT_EQ(answers[1], "alice");
    EXPECT_EQ(answers[2], std::nullopt);
    EXPECT_EQ(answers[3], "1234");
    const auto prompts = asked();
    ASSERT_EQ(prompts.prompts.size(), 2U);
    EXPECT_TRUE(prompts.prompts[0].echo);
    EXPECT_FALSE(prompts.prompts[1].echo);
    EXPECT_EQ(prompts.messages, (std::vector<std::string>{"Welcome", "Careful"}));
}

TEST_F(ConversationTest, TextsWaitForTheNextPromptOrTheVerdict) {
    EXPECT_EQ(say({{PAM_TEXT_INFO, "Touch your key"}}), PAM_SUCCESS);
    EXPECT_TRUE(silent());
    answer({"x"});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_SUCCESS);
    EXPECT_EQ(asked().messages, std::vector<std::string>{"Touch your key"});
    EXPECT_EQ(say({{PAM_ERROR_MSG, "Your password ends in 3 days"}}), PAM_SUCCESS);
    EXPECT_EQ(conversation.take_messages(), std::vector<std::string>{"Your password ends in 3 days"});
}

TEST_F(ConversationTest, TakesAnyNumberOfTurns) {
    for (int turn = 0; turn < 20; ++turn) {
        answer({std::to_string(turn)});
        ASSERT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_SUCCESS);
        EXPECT_EQ(answers[0], std::to_string(turn));
        (void)asked();
    }
}

TEST_F(ConversationTest, MessagesAreBoundedAndTheNewestStay) {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(say({{PAM_TEXT_INFO, std::to_string(i).c_str()}}), PAM_SUCCESS);
    const auto messages = conversation.take_messages();
    ASSERT_EQ(messages.size(), wire::longest::prompts);
    EXPECT_EQ(messages.back(), "99");
}

TEST_F(ConversationTest, LongTextsAreCutAndOtherEncodingsMadePlain) {
    const std::string text(10'000, 'x');
    answer({"a", "b"});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, text.c_str()},
                   {PAM_PROMPT_ECHO_OFF,
                    "Contrase\xf1"
                    "a: "}}),
              PAM_SUCCESS);
    const auto prompts = asked();
    EXPECT_EQ(prompts.prompts[0].text.size(), wire::longest::sentence);
    EXPECT_EQ(prompts.prompts[1].text, "Contrase?a: ");
}

TEST_F(ConversationTest, ATextOfNoneIsEmpty) {
    answer({"a"});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, nullptr}}), PAM_SUCCESS);
    EXPECT_EQ(asked().prompts[0].text, "");
}

TEST_F(ConversationTest, AnotherNumberOfAnswersBreaksItOff) {
    answer({"a", "b"});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_CONV_ERR);
    EXPECT_NE(conversation.broken(), "");
}

TEST_F(ConversationTest, NoAnswersBreakItOff) {
    answer({});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_CONV_ERR);
    EXPECT_NE(conversation.broken(), "");
}

TEST_F(ConversationTest, AnAnswerWithANulByteBreaksItOff) {
    answer({std::string("right\0wrong", 11)});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_CONV_ERR);
    EXPECT_NE(conversation.broken(), "");
}

TEST_F(ConversationTest, AMessageOfAnotherKindBreaksItOff) {
    ASSERT_TRUE(wire::send(sockets.far.get(), wire::LoginStart{"alice", ""}));
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_CONV_ERR);
    EXPECT_NE(conversation.broken(), "");
}

TEST_F(ConversationTest, GoingAwayBreaksItOff) {
    sockets.far.reset();
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_CONV_ERR);
    EXPECT_NE(conversation.broken(), "");
}

TEST_F(ConversationTest, RefusesWhatNoModuleMaySay) {
    EXPECT_EQ(say({}), PAM_CONV_ERR);
    EXPECT_EQ(say({{PAM_BINARY_PROMPT, "x"}}), PAM_CONV_ERR);
    EXPECT_EQ(say({{99, "x"}}), PAM_CONV_ERR);
    EXPECT_EQ(say(std::vector<Said>(wire::longest::prompts + 1, {PAM_PROMPT_ECHO_OFF, "?"})), PAM_CONV_ERR);
    EXPECT_EQ(say(std::vector<Said>(PAM_MAX_NUM_MSG + 1, {PAM_TEXT_INFO, "x"})), PAM_CONV_ERR);
    EXPECT_TRUE(silent());
}

TEST_F(ConversationTest, ARefusalsWaitCountsFromTheLastAnswer) {
    const auto before = conversation.answered();
    answer({"x"});
    EXPECT_EQ(say({{PAM_PROMPT_ECHO_OFF, "?"}}), PAM_SUCCESS);
    const auto after = conversation.answered();
    EXPECT_GT(after, before);
    EXPECT_EQ(say({{PAM_TEXT_INFO, "x"}}), PAM_SUCCESS);
    EXPECT_EQ(conversation.answered(), after);
}

}  // namespace
}  // namespace boardgate::login
