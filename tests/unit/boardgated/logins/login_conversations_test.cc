// SPDX-License-Identifier: MIT
// Login conversations with a boardgate-login that the test plays over a real socket.
#include "src/boardgated/logins/login_conversations.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/listening_socket.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct LoginConversationsTest : testing::Test {
    /// alice's attempt, with a password or without.
    std::future<ApiResult<LoginStep>> begin(const char* text = nullptr) {
        return std::async([this, text] {
            Secret password(text == nullptr ? "" : text);
            return conversations.begin({"alice", "192.0.2.1", "192.0.2.1"}, text == nullptr ? nullptr : &password);
        });
    }
    Fd take_attempt() {
        Fd connection = boardgate_login.accept();
        start = wire::receive_one<wire::LoginStart>(connection.get(), 2s).value();
        return connection;
    }
    static void ask(int socket, std::vector<wire::LoginPrompts::Prompt> prompts, std::vector<std::string> messages = {}) {
        wire::LoginPrompts message{std::move(prompts), std::move(messages)};
        ASSERT_TRUE(wire::send(socket, message));
    }
    static std::vector<std::string> answers(int socket) {
        const auto message = wire::receive_one<wire::LoginAnswers>(socket, 2s);
        std::vector<std::string> texts;
        if (message) {
            for (const Secret& answer : message->answers) texts.push_back(answer.reveal());
        }
        return texts;
    }
    static void grant(int socket, std::vector<std::string> messages = {}) {
        wire::LoginVerdict verdict;
        verdict.messages = std::move(messages);
        verdict.outcome = wire::LoginOutcome::granted;
        verdict.uid = 1001;
        verdict.user = "alice";
        verdict.token = Secret(Token::make().reveal());
        verdict.expires = 1'900'000'000;
        ASSERT_TRUE(wire::send(socket, verdict));
    }
    static void refuse(int socket, wire::LoginOutcome outcome, std::vector<std::string> messages = {}) {
        wire::LoginVerdict verdict;
        verdict.messages = std::move(messages);
        verdict.outcome = outcome;
        ASSERT_TRUE(wire::send(socket, verdict));
    }

    fakes::ListeningSocket boardgate_login;
    fakes::FakeClock clock;
    Settings settings = parse_settings("login_conversations = 4\n", "test").value();
    LoginConversations conversations{clock, settings, boardgate_login.path()};
    wire::LoginStart start;
};

TEST_F(LoginConversationsTest, APasswordAnswersTheLoneHiddenQuestion) {
    auto login = begin("pass word");
    const Fd attempt = take_attempt();
    EXPECT_EQ(start.user, "alice");
    EXPECT_EQ(start.address, "192.0.2.1");
    ask(attempt.get(), {{"Password: ", false}});
    EXPECT_EQ(answers(attempt.get()), std::vector<std::string>{"pass word"});
    grant(attempt.get());
    const auto step = login.get();
    ASSERT_TRUE(step);
    EXPECT_EQ(std::get<LoginGrant>(*step).uid, 1001U);
}

TEST_F(LoginConversationsTest, APasswordIsNeverTheAnswerToAQuestionThatIsShown) {
    auto login = begin("secret");
    const Fd attempt = take_attempt();
    ask(attempt.get(), {{"Your town: ", true}});
    const auto step = login.get();
    ASSERT_TRUE(step);
    EXPECT_EQ(std::get<LoginQuestion>(*step).asked.prompts[0].text, "Your town: ");
}

TEST_F(LoginConversationsTest, ASecondQuestionGoesToThePersonAndItsAnswerBack) {
    auto login = begin("first");
    const Fd attempt = take_attempt();
    ask(attempt.get(), {{"Password: ", false}});
    (void)answers(attempt.get());
    ask(attempt.get(), {{"Code: ", false}});
    const auto question = login.get();
    ASSERT_TRUE(question);
    const std::string id = std::get<LoginQuestion>(*question).conversation;

    std::vector<Secret> code;
    code.emplace_back("123456");
    auto next = std::async([&] { return conversations.answer(id, "192.0.2.1", std::move(code)); });
    EXPECT_EQ(answers(attempt.get()), std::vector<std::string>{"123456"});
    grant(attempt.get());
    EXPECT_TRUE(std::holds_alternative<LoginGrant>(next.get().value()));
    EXPECT_EQ(conversations.answer(id, "192.0.2.1", {}).error().code, Code::no_such_conversation) << "a conversation is used up";
}

TEST_F(LoginConversationsTest, WhatPamSaidWithAQuestionThatNobodySawIsNotLost) {
    for (const bool asks_again : {false, true}) {
        auto login = begin("pass word");
        const Fd attempt = take_attempt();
        ask(attempt.get(), {{"Password: ", false}}, {"Maintenance on Sunday"});
        (void)answers(attempt.get());
        if (asks_again) {
            ask(attempt.get(), {{"Code: ", true}}, {"A code was sent"});
            const auto step = login.get();
            EXPECT_EQ(std::get<LoginQuestion>(*step).asked.messages,
                      (std::vector<std::string>{"Maintenance on Sunday", "A code was sent"}));
        } else {
            grant(attempt.get(), {"Last login: never"});
            const auto step = login.get();
            EXPECT_EQ(std::get<LoginGrant>(*step).messages, (std::vector<std::string>{"Maintenance on Sunday", "Last login: never"}));
        }
    }
}

TEST_F(LoginConversationsTest, ARefusedPersonReadsWhatTheVerdictSaysAndNothingElse) {
    for (const bool words : {true, false}) {
        auto login = begin("wrong");
        const Fd attempt = take_attempt();
        ask(attempt.get(), {{"Password: ", false}}, {"This account is locked"});
        (void)answers(attempt.get());
        refuse(attempt.get(), wire::LoginOutcome::refused,
               words ? std::vector<std::string>{"That code is not valid."} : std::vector<std::string>());
        EXPECT_EQ(login.get().error().detail, std::string(login_failed_text) + (words ? " (That code is not valid)" : ""));
    }
}

TEST_F(LoginConversationsTest, AnExpiredPasswordIsReportedInPamsWords) {
    auto login = begin("pass word");
    const Fd attempt = take_attempt();
    refuse(attempt.get(), wire::LoginOutcome::password_expired, {"You are required to change your password immediately."});
    EXPECT_EQ(login.get().error().detail,
              "your password has expired (You are required to change your password immediately); to set a new one, "
              "log in with ssh once in a terminal, or ask an administrator");
}

struct OpenConversation : LoginConversationsTest {
    std::string open(const std::string& address = "192.0.2.1") {
        auto login = std::async([this, address] {
            Secret password("pass word");
            return conversations.begin({"alice", address, address}, &password);
        });
        attempts.push_back(take_attempt());
        ask(attempts.back().get(), {{"Password: ", false}});
        (void)answers(attempts.back().get());
        ask(attempts.back().get(), {{"Code: ", true}});
        auto step = login.get();
        return step ? std::get<LoginQuestion>(*step).conversation : std::string(name_of(step.error().code));
    }
    std::vector<Fd> attempts;
};

TEST_F(OpenConversation, BelongsToTheAddressThatBeganIt) {
    const std::string id = open();
    std::vector<Secret> one;
    one.emplace_back("x");
    EXPECT_EQ(conversations.answer(id, "192.0.2.2", std::move(one)).error().code, Code::no_such_conversation);
    EXPECT_EQ(conversations.user_of(id), "alice");
}

TEST_F(OpenConversation, WantsAsManyAnswersAsPrompts) { EXPECT_EQ(conversations.answer(open(), "192.0.2.1", {}).error().field, "answers"); }

TEST_F(OpenConversation, EndsAfterNinetySecondsAndHangsUp) {
    const std::string id = open();
    clock.advance(91s);
    std::vector<Secret> one;
    one.emplace_back("x");
    EXPECT_EQ(conversations.answer(id, "192.0.2.1", std::move(one)).error().code, Code::no_such_conversation);
    conversations.sweep();
    const auto hung_up = wire::receive(attempts[0].get(), 1s);
    ASSERT_TRUE(hung_up);
    EXPECT_FALSE(*hung_up);
}

TEST_F(OpenConversation, BeyondTheLimitTheHolderOfMostLosesItsOldest) {
    const std::string others = open("192.0.2.2");
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        clock.advance(1s);
        ids.push_back(open());
    }
    EXPECT_EQ(conversations.user_of(ids[0]), "");
    EXPECT_EQ(conversations.user_of(ids[1]), "");
    for (std::size_t i = 2; i < 5; ++i) EXPECT_EQ(conversations.user_of(ids[i]), "alice") << i;
    EXPECT_EQ(conversations.user_of(others), "alice") << "older, and of a holder with one";
    const auto hung_up = wire::receive(attempts[1].get(), 1s);
    ASSERT_TRUE(hung_up);
    EXPECT_FALSE(*hung_up);
    const std::string another = open("192.0.2.3");
    EXPECT_EQ(conversations.user_of(another), "alice");
    EXPECT_EQ(conversations.user_of(ids[2]), "");
}

TEST_F(LoginConversationsTest, WithoutAPasswordNoProcessBegins) {
    const std::string id = std::get<LoginQuestion>(conversations.begin({"alice", "192.0.2.1", "192.0.2.1"}, nullptr).value()).conversation;
    EXPECT_FALSE(boardgate_login.is_connected_to());
    std::vector<Secret> password;
    password.emplace_back("pass word");
    auto login = std::async([&] { return conversations.answer(id, "192.0.2.1", std::move(password)); });
    const Fd attempt = take_attempt();
    EXPECT_EQ(start.user, "alice");
    ask(attempt.get(), {{"Password: ", false}});
    EXPECT_EQ(answers(attempt.get()), std::vector<std::string>{"pass word"});
    grant(attempt.get());
    EXPECT_TRUE(std::holds_alternative<LoginGrant>(login.get().value()));
}

TEST_F(LoginConversationsTest, AnAttemptWithoutAPasswordTakesNobodysPlace) {
    const auto begin = [this](const std::string& holder) {
        return std::get<LoginQuestion>(conversations.begin({"alice", holder, holder}, nullptr).value()).conversation;
    };
    const std::string others = begin("192.0.2.2");
    clock.advance(1s);
    for (int i = 0; i < 3000; ++i) (void)begin("192.0.2.1");
    EXPECT_EQ(conversations.user_of(others), "alice");
}

TEST_F(LoginConversationsTest, EachOutcomeHasItsCode) {
    const std::pair<wire::LoginOutcome, Code> outcomes[] = {{wire::LoginOutcome::refused, Code::login_failed},
                                                            {wire::LoginOutcome::password_expired, Code::password_expired},
                                                            {wire::LoginOutcome::unavailable, Code::login_unavailable}};
    for (const auto& [outcome, code] : outcomes) {
        auto login = begin("pass word");
        const Fd attempt = take_attempt();
        refuse(attempt.get(), outcome);
        EXPECT_EQ(login.get().error().code, code);
    }
}

TEST_F(LoginConversationsTest, AnAttemptThatSystemdTurnsAwayIsBusyNotRefused) {
    auto login = begin("pass word");
    { const Fd attempt = take_attempt(); }
    const Problem problem = login.get().error();
    EXPECT_EQ(problem.code, Code::busy);
    EXPECT_GT(problem.retry_after, 0);
    // systemd does not read what came.
    auto another = begin("pass word");
    { const Fd unread = boardgate_login.accept(); }
    EXPECT_EQ(another.get().error().code, Code::busy);
}

TEST_F(LoginConversationsTest, AnAttemptThatEndsAfterThePasswordIsAFaultOfTheServer) {
    auto login = begin("pass word");
    {
        const Fd attempt = take_attempt();
        ask(attempt.get(), {{"Password: ", false}});
        EXPECT_EQ(answers(attempt.get()).size(), 1U);
    }
    EXPECT_EQ(login.get().error().code, Code::login_unavailable);
}

TEST_F(LoginConversationsTest, AGrantWithoutATokenIsNoGrant) {
    auto login = begin("pass word");
    const Fd attempt = take_attempt();
    refuse(attempt.get(), wire::LoginOutcome::granted);
    EXPECT_EQ(login.get().error().code, Code::login_unavailable);
}

}  // namespace
}  // namespace boardgate::boardgated
