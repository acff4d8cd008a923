// SPDX-License-Identifier: MIT
#include "src/login/attempt.h"

#include <gtest/gtest.h>

#include "src/wire/messages.h"

#include "tests/fakes/accounts.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/socket_pair.h"
#include "tests/fakes/temp_folder.h"
#include "tests/unit/login/fake_pam.h"

namespace boardgate::login {
namespace {

using namespace std::chrono_literals;
using wire::LoginOutcome;

/// boardgate-login at one end of a socket, boardgated at the other. Alice's password is `right`.
struct AttemptTest : testing::Test {
    fakes::TempFolder folder;
    tickets::TicketStore store = tickets::TicketStore::open(folder.path()).value();
    fakes::FakeClock clock;
    Settings settings = parse_settings("session_lifetime = 7d\n", "test").value();
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/bash"},
                               {0, 0, "root", "/root", "/bin/bash"},
                               {1002, 1002, "bob", "/home/bob", "/usr/sbin/nologin"},
                               {1003, 1003, "EXAMPLE\\carol", "/home/carol", "/bin/sh"},
                               {1004, 1004, "da ve", "/home/dave", "/bin/sh"}}};
    RefusalPace pace{50ms, 5ms};
    FakePam pam;
    fakes::SocketPair sockets;

    AttemptTest() {
        pam.authenticate = [this] { return pam.ask_password("right"); };
    }

    struct End {
        Result<void> done;
        std::optional<wire::LoginVerdict> verdict{};
        std::chrono::steady_clock::duration took{};
    };
    void answer(const std::string& text) {
        wire::LoginAnswers answers;
        answers.answers.emplace_back(text);
        EXPECT_TRUE(wire::send(sockets.far.get(), answers));
    }
    /// A complete login over the network with this password; `code` answers a second prompt.
    End log_in(const std::string& user, const std::string& password, const std::string& address = "192.0.2.7", const char* code = nullptr) {
        EXPECT_TRUE(wire::send(sockets.far.get(), wire::LoginStart{user, address}));
        answer(password);
        if (code != nullptr) answer(code);
        return end([this] { return attempt(sockets.near.get(), settings, store, clock, pace); });
    }
    End log_in_here(uid_t caller) {
        EXPECT_TRUE(wire::send(sockets.far.get(), wire::LocalLogin{}));
        return end([this, caller] { return local_attempt(sockets.near.get(), caller, settings, store, clock); });
    }
    template <class Attempt>
    End end(Attempt attempt) {
        const auto began = std::chrono::steady_clock::now();
        End end{attempt()};
        end.took = std::chrono::steady_clock::now() - began;
        while (auto datagram = wire::receive(sockets.far.get(), 0ms)) {
            if (!*datagram) break;
            if (auto verdict = wire::decode<wire::LoginVerdict>(**datagram)) end.verdict = *std::move(verdict);
        }
        return end;
    }
    /// A refusal reveals nothing and leaves nothing.
    void expect_no(const End& end, LoginOutcome outcome = LoginOutcome::refused) const {
        ASSERT_TRUE(end.verdict);
        EXPECT_EQ(end.verdict->outcome, outcome);
        EXPECT_EQ(end.verdict->uid, 0U);
        EXPECT_EQ(end.verdict->user, "");
        EXPECT_EQ(end.verdict->token.reveal(), "");
        EXPECT_EQ(end.verdict->expires, 0);
        EXPECT_EQ(folder.count(), 0U);
    }
};

TEST_F(AttemptTest, TheRightPasswordGivesATicket) {
    pace.floor = 20s;
    const End end = log_in("alice", "right");
    ASSERT_TRUE(end.done) << end.done.error().text();
    ASSERT_TRUE(end.verdict);
    EXPECT_EQ(end.verdict->outcome, LoginOutcome::granted);
    EXPECT_EQ(end.verdict->uid, 1001U);
    EXPECT_EQ(end.verdict->user, "alice");
    const auto token = Token::parse(end.verdict->token.reveal());
    ASSERT_TRUE(token);
    const auto now = std::chrono::floor<std::chrono::seconds>(clock.wall());
    const auto ticket = store.check(token->hash(), now);
    ASSERT_TRUE(ticket);
    EXPECT_EQ(ticket->uid, 1001U);
    EXPECT_EQ(ticket->user, "alice");
    EXPECT_EQ(ticket->expires, now + std::chrono::days(7));
    EXPECT_EQ(end.verdict->expires, ticket->expires.time_since_epoch().count());
    EXPECT_LT(end.took, pace.floor) << "who is let in does not wait";
}

TEST_F(AttemptTest, PamLearnsWhoAsksAndFromWhere) {
    (void)log_in("alice", "right");
    EXPECT_EQ(pam.service, "boardgate");
    EXPECT_EQ(pam.items[PAM_RHOST], "192.0.2.7");
    EXPECT_EQ(pam.items[PAM_TTY], "boardgate");
    EXPECT_TRUE(pam.sets_delay);
    const std::string flags = std::to_string(PAM_DISALLOW_NULL_AUTHTOK);
    EXPECT_EQ(pam.calls, (std::vector<std::string>{"authenticate " + flags, "account " + flags}));
    EXPECT_EQ(pam.ended, std::vector<int>{PAM_SUCCESS});
}

TEST_F(AttemptTest, AWrongPasswordIsRefusedAndTakesItsTime) {
    const End end = log_in("alice", "wrong");
    EXPECT_TRUE(end.done);
    expect_no(end);
    EXPECT_GE(end.took, pace.floor);
    EXPECT_GE(RefusalPace().floor, 2s) << "where it matters";
    EXPECT_EQ(pam.calls.size(), 1U) << "the account stage is not asked about somebody unproved";
    EXPECT_EQ(pam.ended, std::vector<int>{PAM_AUTH_ERR});
}

TEST_F(AttemptTest, APasswordThatChangesMeanwhileLetsNobodyIn) {
    directory.shadow["alice"] = {"$y$j9T$old", -1};
    pam.authenticate = [this] {
        const int status = pam.ask_password("right");
        directory.shadow["alice"] = {"$y$j9T$new", -1};
        return status;
    };
    expect_no(log_in("alice", "right"));
}

TEST_F(AttemptTest, WhatEveryPamStatusMeans) {
    const std::pair<int, LoginOutcome> table[] = {
        {PAM_AUTHINFO_UNAVAIL, LoginOutcome::unavailable},
        {PAM_SYSTEM_ERR, LoginOutcome::unavailable},
        {PAM_ABORT, LoginOutcome::unavailable},
        {PAM_NEW_AUTHTOK_REQD, LoginOutcome::password_expired},
        {PAM_ACCT_EXPIRED, LoginOutcome::refused},
        {PAM_PERM_DENIED, LoginOutcome::refused},
        {PAM_USER_UNKNOWN, LoginOutcome::refused},
        {12345, LoginOutcome::unavailable},
    };
    for (const auto& [status, outcome] : table) {
        pam.account = [status = status] { return status; };
        expect_no(log_in("alice", "right"), outcome);
        sockets = fakes::SocketPair();
    }
}

TEST_F(AttemptTest, PamMessagesAreForThoseWhoKnewThePassword) {
    pam.account = [this] { return pam.say({{PAM_TEXT_INFO, "Maintenance on Friday"}}); };
    EXPECT_EQ(log_in("alice", "right").verdict->messages, std::vector<std::string>{"Maintenance on Friday"});
    sockets = fakes::SocketPair();
    pam.authenticate = [this] {
        (void)pam.say({{PAM_ERROR_MSG, "This account is locked"}});
        return pam.ask_password("right");
    };
    EXPECT_TRUE(log_in("alice", "wrong").verdict->messages.empty());
}

TEST_F(AttemptTest, TheMessageAboutAWrongCodeComesWithTheCodeAndNotWithThePassword) {
    pam.authenticate = [this] {
        if (pam.ask_password("right") != PAM_SUCCESS) {
            (void)pam.say({{PAM_ERROR_MSG, "That is not your password"}});
            return static_cast<int>(PAM_AUTH_ERR);
        }
        (void)pam.ask_password("123456");
        (void)pam.say({{PAM_ERROR_MSG, "That code is not valid any more"}});
        return static_cast<int>(PAM_AUTH_ERR);
    };
    EXPECT_TRUE(log_in("alice", "wrong").verdict->messages.empty());
    sockets = fakes::SocketPair();
    const End end = log_in("alice", "right", "192.0.2.7", "000000");
    EXPECT_EQ(end.verdict->messages, std::vector<std::string>{"That code is not valid any more"});
    expect_no(end);
    EXPECT_GE(end.took, pace.floor);
}

TEST_F(AttemptTest, AccountsThatMayNotAreRefusedLikeAWrongPassword) {
    for (const char* user : {"root", "bob", "nobody-of-that-name"}) {
        const End end = log_in(user, "right");
        expect_no(end);
        EXPECT_GE(end.took, pace.floor) << user;
        sockets = fakes::SocketPair();
    }
}

TEST_F(AttemptTest, ADirectoryThatCannotBeAskedIsNobodysFault) {
    directory.fault = EIO;
    expect_no(log_in("alice", "right"), LoginOutcome::unavailable);
}

TEST_F(AttemptTest, TheAccountIsTheOneThatPamNames) {
    pam.authenticate = [this] {
        pam.user = "EXAMPLE\\carol";
        return PAM_SUCCESS;
    };
    const End end = log_in("carol", "");
    ASSERT_TRUE(end.verdict);
    EXPECT_EQ(end.verdict->outcome, LoginOutcome::granted);
    EXPECT_EQ(end.verdict->user, "EXAMPLE\\carol");
    EXPECT_EQ(end.verdict->uid, 1003U);
}

TEST_F(AttemptTest, ANameThatCannotBeAUnitsIsRefused) {
    pam.authenticate = [this] {
        pam.user = "da ve";
        return PAM_SUCCESS;
    };
    expect_no(log_in("dave", ""));
}

TEST_F(AttemptTest, WithoutANameThereIsNoGrant) {
    pam.authenticate = [this] {
        pam.user.clear();
        return PAM_SUCCESS;
    };
    expect_no(log_in("alice", ""), LoginOutcome::unavailable);
}

TEST_F(AttemptTest, WithoutATicketThereIsNoGrant) {
    // Gone from under the store, as when a disk is full or read-only.
    std::filesystem::remove_all(folder.path());
    const End end = log_in("alice", "right");
    ASSERT_TRUE(end.verdict);
    EXPECT_EQ(end.verdict->outcome, LoginOutcome::unavailable);
    EXPECT_EQ(end.verdict->token.reveal(), "");
}

TEST_F(AttemptTest, MalformedBeginningsNeverReachPam) {
    for (const auto& [user, address] : std::vector<std::pair<std::string, std::string>>{
             {"", "192.0.2.7"}, {"-oProxy", ""}, {"a/b", ""}, {"a\nb", ""}, {"alice", "192.0.2.7\nlogin of root"}}) {
        const End end = log_in(user, "right", address);
        EXPECT_FALSE(end.done) << user;
        EXPECT_FALSE(end.verdict);
        sockets = fakes::SocketPair();
    }
    EXPECT_TRUE(pam.calls.empty());
}

TEST_F(AttemptTest, ABeginningOfAnotherKindIsAnError) {
    EXPECT_TRUE(wire::send(sockets.far.get(), wire::LoginAnswers{}));
    EXPECT_FALSE(attempt(sockets.near.get(), settings, store, clock, pace));
    EXPECT_TRUE(pam.calls.empty());
}

TEST_F(AttemptTest, AClosedConnectionGetsNoVerdictWhateverTheModulesReturn) {
    // A module that accepts a failed conversation is broken; do not trust it.
    pam.authenticate = [this] {
        (void)pam.ask_password("right");
        return PAM_SUCCESS;
    };
    EXPECT_TRUE(wire::send(sockets.far.get(), wire::LoginStart{"alice", ""}));
    sockets.far.reset();
    EXPECT_FALSE(attempt(sockets.near.get(), settings, store, clock, pace));
    EXPECT_EQ(folder.count(), 0U);
}

TEST_F(AttemptTest, MalformedAnswersGetNoVerdictWhateverTheModulesSay) {
    pam.authenticate = [this] {
        (void)pam.ask_password("right");
        return PAM_SUCCESS;
    };
    EXPECT_TRUE(wire::send(sockets.far.get(), wire::LoginStart{"alice", ""}));
    wire::LoginAnswers answers;
    for (const char* answer : {"one", "and one more than was asked for"}) answers.answers.emplace_back(answer);
    EXPECT_TRUE(wire::send(sockets.far.get(), answers));
    const End end = this->end([this] { return attempt(sockets.near.get(), settings, store, clock, pace); });
    EXPECT_FALSE(end.done);
    EXPECT_FALSE(end.verdict);
    EXPECT_EQ(folder.count(), 0U);
}

TEST_F(AttemptTest, ATokenThatNobodyGotIsVoid) {
    pam.account = [this] {
        sockets.far.reset();
        return PAM_SUCCESS;
    };
    EXPECT_TRUE(wire::send(sockets.far.get(), wire::LoginStart{"alice", ""}));
    pam.authenticate = [] { return PAM_SUCCESS; };
    EXPECT_FALSE(attempt(sockets.near.get(), settings, store, clock, pace));
    EXPECT_EQ(folder.count(), 0U);
}

TEST_F(AttemptTest, WhereThereIsNoPamThereIsAnError) {
    pam.start_status = PAM_ABORT;
    const End end = log_in("alice", "right");
    EXPECT_FALSE(end.done);
    EXPECT_FALSE(end.verdict);
}

TEST_F(AttemptTest, OnTheServerTheKernelsWordIsEnough) {
    const End end = log_in_here(1001);
    ASSERT_TRUE(end.done) << end.done.error().text();
    EXPECT_EQ(end.verdict->outcome, LoginOutcome::granted);
    EXPECT_EQ(end.verdict->uid, 1001U);
    EXPECT_EQ(pam.calls, std::vector<std::string>{"account " + std::to_string(PAM_DISALLOW_NULL_AUTHTOK)}) << "no password is asked for";
}

TEST_F(AttemptTest, OnTheServerTooAccountsThatMayNotAreRefused) {
    pam.account = [] { return PAM_ACCT_EXPIRED; };
    expect_no(log_in_here(1001));
    sockets = fakes::SocketPair();
    pam.account = [] { return PAM_SUCCESS; };
    expect_no(log_in_here(0));
    sockets = fakes::SocketPair();
    expect_no(log_in_here(1002));
    sockets = fakes::SocketPair();
    EXPECT_FALSE(log_in_here(4711).done) << "a uid without an account";
}

/// Thousands of uids without an account may be one person's (subuid(5)): none of them has a share of the waiting.
TEST_F(AttemptTest, AUidWithoutAnAccountIsNotWaitedFor) {
    const auto done = local_attempt(sockets.near.get(), 4711, settings, store, clock);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "no such account");
}

TEST_F(AttemptTest, OnTheServerNoModuleMakesItAnotherAccount) {
    pam.account = [this] {
        pam.user = "EXAMPLE\\carol";
        return PAM_SUCCESS;
    };
    expect_no(log_in_here(1001));
}

}  // namespace
}  // namespace boardgate::login
