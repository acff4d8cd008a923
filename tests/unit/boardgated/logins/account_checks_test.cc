// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/account_checks.h"

#include <gtest/gtest.h>

#include <future>

#include "src/wire/messages.h"

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/listening_socket.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

/// The test is boardgate-login.
struct AccountChecksTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings("session_idle = 10h\nsession_lifetime = 10h\n", "test").value();
    EndedLogins ended{*store, [](const std::vector<TokenHash>&) { return true; }};
    Sessions sessions{*store, ended, settings, clock};
    fakes::ListeningSocket boardgate_login;
    AccountChecks checks{sessions, clock, boardgate_login.path()};

    TokenHash add(std::uint32_t uid, const std::string& address = "192.0.2.1") {
        const TokenHash token = Token::make().hash();
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.wall()) + 10h;
        EXPECT_TRUE(sessions.add({token, uid, "u" + std::to_string(uid)}, expires, {}, address));
        return token;
    }
    [[nodiscard]] bool there(const TokenHash& token) const { return sessions.find(token).has_value(); }
    void all_are_due() { clock.advance(Sessions::between_checks); }
    std::future<void> work() {
        return std::async(std::launch::async, [this] { checks.work(); });
    }
    static std::string asked(const Fd& connection) {
        const auto question = wire::receive_one<wire::CheckLogins>(connection.get(), 2s);
        return question ? question->hashes : "nothing: " + question.error().text();
    }
    static void answer(const Fd& connection, const std::string& hashes) {
        EXPECT_TRUE(wire::send(connection.get(), wire::CheckedLogins{hashes}));
    }
};

TEST_F(AccountChecksTest, OneProcessAnswersForAllAccounts) {
    const TokenHash first = add(1001);
    const TokenHash second = add(1002);
    all_are_due();
    auto done = work();
    const Fd connection = boardgate_login.accept();
    for (int i = 0; i < 2; ++i) answer(connection, asked(connection));
    done.get();
    EXPECT_FALSE(boardgate_login.is_connected_to());
    EXPECT_FALSE(there(first));
    EXPECT_FALSE(there(second));
}

TEST_F(AccountChecksTest, SessionsOfAnAccountAreOneQuestionForEachAddress) {
    const TokenHash here = add(1001, "192.0.2.1");
    const TokenHash too = add(1001, "192.0.2.1");
    const TokenHash there_ = add(1001, "192.0.2.2");
    all_are_due();
    auto done = work();
    const Fd connection = boardgate_login.accept();
    const auto question = wire::receive_one<wire::CheckLogins>(connection.get(), 2s);
    EXPECT_EQ(question->address, "192.0.2.1");
    EXPECT_EQ(question->hashes.size(), 128U);
    answer(connection, here.hex());
    EXPECT_EQ(asked(connection), there_.hex());
    answer(connection, {});
    done.get();
    EXPECT_FALSE(there(here));
    EXPECT_TRUE(there(too));
    EXPECT_TRUE(there(there_));
    EXPECT_TRUE(sessions.to_check().empty());
}

TEST_F(AccountChecksTest, AProcessThatEndsCostsOneAccountItsCheck) {
    const TokenHash first = add(1001);
    const TokenHash second = add(1002);
    all_are_due();
    auto done = work();
    std::string lost;
    {
        const Fd connection = boardgate_login.accept();
        lost = asked(connection);
    }
    const Fd connection = boardgate_login.accept();
    const std::string behind = asked(connection);
    EXPECT_NE(behind, lost);
    answer(connection, behind);
    done.get();
    EXPECT_EQ(there(first), first.hex() == lost);
    EXPECT_EQ(there(second), second.hex() == lost);
    EXPECT_TRUE(sessions.to_check().empty()) << "the account must not be asked about again and again";
}

TEST_F(AccountChecksTest, AnotherAnswerEndsNoSession) {
    const TokenHash asked_about = add(1001);
    all_are_due();
    const TokenHash other = add(1002);
    for (const std::string& hashes : {other.hex(), std::string("pam_debug: nonsense")}) {
        auto done = work();
        const Fd connection = boardgate_login.accept();
        (void)asked(connection);
        answer(connection, hashes);
        done.get();
        EXPECT_TRUE(there(asked_about));
        EXPECT_TRUE(there(other));
        all_are_due();
        sessions.checked({other});
    }
}

TEST_F(AccountChecksTest, WithoutBoardgateLoginTheAccountsStayDue) {
    const TokenHash token = add(1001);
    all_are_due();
    AccountChecks(sessions, clock, "/nonexistent").work();
    EXPECT_TRUE(there(token));
    EXPECT_EQ(sessions.to_check().size(), 1U);
}

TEST_F(AccountChecksTest, NoProcessStartsWhenNothingIsDue) {
    add(1001);
    checks.work();
    EXPECT_FALSE(boardgate_login.is_connected_to());
}

}  // namespace
}  // namespace boardgate::boardgated
