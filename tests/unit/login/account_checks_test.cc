// SPDX-License-Identifier: MIT
#include "src/login/account_checks.h"

#include <gtest/gtest.h>

#include "src/login/attempt.h"
#include "src/tickets/shadow.h"

#include "tests/fakes/accounts.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/socket_pair.h"
#include "tests/fakes/temp_folder.h"
#include "tests/unit/login/fake_pam.h"

namespace boardgate::login {
namespace {

using namespace std::chrono_literals;

/// The test is boardgated.
struct AccountChecksTest : testing::Test {
    fakes::TempFolder folder;
    tickets::TicketStore store = tickets::TicketStore::open(folder.path()).value();
    fakes::FakeClock clock;
    Settings settings = parse_settings("", "test").value();
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/bash"}, {1002, 1002, "bob", "/home/bob", "/bin/sh"}}};
    FakePam pam;

    TokenHash ticket(uid_t uid = 1001, const std::string& user = "alice") const {
        const TokenHash token = Token::make().hash();
        EXPECT_TRUE(store.write(
            token, {uid, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 1h, user, tickets::account_mark(user).value()}));
        return token;
    }
    [[nodiscard]] bool is_good(const TokenHash& token) const {
        return store.check(token, std::chrono::floor<std::chrono::seconds>(clock.wall())).has_value();
    }
    /// Asks these questions over one connection; the answers that come.
    std::vector<std::string> ask(std::vector<wire::CheckLogins> questions) {
        fakes::SocketPair sockets;
        for (auto& question : questions) EXPECT_TRUE(wire::send(sockets.far.get(), question));
        shutdown(sockets.far.get(), SHUT_WR);
        done = attempt(sockets.near.get(), settings, store, clock);
        shutdown(sockets.near.get(), SHUT_WR);
        std::vector<std::string> answers;
        while (const auto answer = wire::receive_one<wire::CheckedLogins>(sockets.far.get(), 1s)) answers.push_back(answer->hashes);
        return answers;
    }
    std::vector<std::string> ask(const TokenHash& token, const std::string& address = "192.0.2.7") {
        return ask({wire::CheckLogins{token.hex(), address}});
    }
    void expect_ended(const TokenHash& token) {
        EXPECT_EQ(ask(token), std::vector<std::string>{token.hex()});
        EXPECT_FALSE(is_good(token)) << "a ticket that is void stays valid";
    }
    void expect_kept(const TokenHash& token) {
        EXPECT_EQ(ask(token), std::vector<std::string>{""});
        EXPECT_TRUE(is_good(token));
    }
    Result<void> done{};
    const std::string account_call = "account " + std::to_string(PAM_DISALLOW_NULL_AUTHTOK);
};

TEST_F(AccountChecksTest, ALoginOfAnOpenAccountGoesOn) {
    expect_kept(ticket());
    EXPECT_TRUE(done);
    EXPECT_EQ(folder.count(), 1U) << "another ticket was written";
    EXPECT_EQ(pam.calls, std::vector<std::string>{account_call});
    EXPECT_EQ(pam.items[PAM_RHOST], "192.0.2.7");
    EXPECT_EQ(pam.ended.size(), 1U);
}

TEST_F(AccountChecksTest, ALoginEndsWithItsAccount) {
    for (const int status : {PAM_ACCT_EXPIRED, PAM_PERM_DENIED, PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_NEW_AUTHTOK_REQD}) {
        pam.account = [status] { return status; };
        expect_ended(ticket());
    }
    pam.account = [] { return PAM_SUCCESS; };
    directory.shadow["alice"] = {"!$y$j9T$x", -1};
    expect_ended(ticket());
    directory.shadow.clear();
    expect_ended(ticket(4711, "gone"));
    expect_ended(ticket(1001, "anna"));
}

TEST_F(AccountChecksTest, AllLoginsOfAnAccountAreOneTransaction) {
    std::string hashes;
    for (int i = 0; i < 3; ++i) hashes += ticket().hex();
    EXPECT_EQ(ask({wire::CheckLogins{hashes, ""}}), std::vector<std::string>{""});
    EXPECT_EQ(pam.calls, std::vector<std::string>{account_call});
    pam.account = [] { return PAM_ACCT_EXPIRED; };
    EXPECT_EQ(ask({wire::CheckLogins{hashes, ""}}), std::vector<std::string>{hashes});
}

TEST_F(AccountChecksTest, EachAccountHasATransactionOfItsOwn) {
    const TokenHash alices = ticket();
    const TokenHash bobs = ticket(1002, "bob");
    pam.account = [this] { return pam.user == "bob" ? PAM_ACCT_EXPIRED : PAM_SUCCESS; };
    EXPECT_EQ(ask({wire::CheckLogins{alices.hex(), ""}, wire::CheckLogins{bobs.hex(), ""}}), (std::vector<std::string>{"", bobs.hex()}));
    EXPECT_EQ(pam.ended, (std::vector<int>{PAM_SUCCESS, PAM_ACCT_EXPIRED}));
    // boardgated's word does not make them one account.
    const TokenHash bobs_other = ticket(1002, "bob");
    EXPECT_EQ(ask({wire::CheckLogins{alices.hex() + bobs_other.hex(), ""}}), std::vector<std::string>{bobs_other.hex()});
    EXPECT_TRUE(is_good(alices));
}

TEST_F(AccountChecksTest, ALoginOutlivesADirectoryThatDoesNotAnswer) {
    const TokenHash token = ticket();
    pam.account = [] { return PAM_AUTHINFO_UNAVAIL; };
    expect_kept(token);
    pam.account = [] { return PAM_SUCCESS; };
    directory.fault = EIO;
    expect_kept(token);
}

TEST_F(AccountChecksTest, AQuestionThatNobodyCanAnswerEndsNoLogin) {
    const TokenHash token = ticket();
    pam.account = [this] { return pam.ask_password("right"); };
    expect_kept(token);
    EXPECT_TRUE(done);
}

TEST_F(AccountChecksTest, AModuleThatHangsIsEndedAndOnlyItsAccountIsNotChecked) {
    const TokenHash token = ticket();
    EXPECT_EXIT(
        {
            pam.account = [] {
                // The kernel's alarm is set; it need not be waited for.
                EXPECT_GT(alarm(1), 0U);
                for (;;) pause();
                return PAM_SUCCESS;
            };
            (void)ask(token);
        },
        testing::KilledBySignal(SIGALRM), "");
    EXPECT_TRUE(is_good(token));
}

TEST_F(AccountChecksTest, OfAMissingTicketOnlyItsAbsenceIsReported) {
    const TokenHash token = Token::make().hash();
    EXPECT_EQ(ask(token), std::vector<std::string>{token.hex()});
    for (const std::string& name : {std::string("../doors/abcdefgh"), std::string(64, 'x'), std::string(63, 'a')}) {
        EXPECT_TRUE(ask({wire::CheckLogins{name, ""}}).empty());
        EXPECT_FALSE(done) << name;
    }
    EXPECT_TRUE(ask(ticket(), "192.0.2.7\nlogin of root").empty());
    EXPECT_TRUE(pam.calls.empty());
}

}  // namespace
}  // namespace boardgate::login
