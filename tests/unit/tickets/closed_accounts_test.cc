// SPDX-License-Identifier: MIT
#include "src/tickets/closed_accounts.h"

#include <gtest/gtest.h>

#include "tests/fakes/accounts.h"
#include "tests/fakes/fake_clock.h"

namespace boardgate::tickets {
namespace {

struct ClosedAccounts : testing::Test {
    fakes::Accounts directory{{}};
    fakes::FakeClock clock;
    const long today = std::chrono::floor<std::chrono::days>(clock.wall()).time_since_epoch().count();

    static Account account(uid_t uid = 1000, const std::string& shell = "/bin/bash") { return {uid, 100, "alice", "/home/alice", shell}; }
    [[nodiscard]] std::string closed(const Account& who, const std::string& settings = "") const {
        return why_closed(who, parse_settings(settings, "test").value(), clock);
    }
    std::string closed_by_shadow(const std::string& password, long expires = -1) {
        directory.shadow["alice"] = {password, expires};
        return closed(account());
    }
};

TEST_F(ClosedAccounts, PeoplesAreNot) {
    EXPECT_EQ(closed(account()), "");
    EXPECT_EQ(closed(account(4294967294U)), "");
    EXPECT_EQ(closed(account(1000, "/bin/zsh")), "");
    EXPECT_EQ(closed(account(1000, "")), "") << "an empty shell is /bin/sh (passwd(5))";
}

TEST_F(ClosedAccounts, TheSystemsAre) {
    EXPECT_NE(closed(account(999)), "");
    EXPECT_NE(closed(account(65534)), "");
    EXPECT_EQ(closed(account(500), "minimum_uid = 500\n"), "");
    EXPECT_NE(closed(account(1000), "minimum_uid = 1001\n"), "");
}

TEST_F(ClosedAccounts, RootsAlwaysIs) { EXPECT_NE(closed(account(0), "minimum_uid = 1\n"), ""); }

TEST_F(ClosedAccounts, WithoutALoginShellTheyAre) {
    for (const char* shell : {"/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false", "/bin/nologin", "/usr/bin/nologin"}) {
        EXPECT_NE(closed(account(1000, shell)), "") << shell;
    }
}

TEST_F(ClosedAccounts, LockedOnesAre) {
    EXPECT_EQ(closed_by_shadow("!$y$j9T$x"), "it is locked");
    EXPECT_EQ(closed_by_shadow("$y$j9T$x"), "");
    EXPECT_EQ(closed_by_shadow("!"), "") << "an account that never had a password: its owner uses a key";
    EXPECT_EQ(closed_by_shadow("*"), "");
}

TEST_F(ClosedAccounts, ExpiredOnesAreFromTheirDayOn) {
    EXPECT_EQ(closed_by_shadow("$y$j9T$x", today), "it has expired");
    EXPECT_EQ(closed_by_shadow("$y$j9T$x", 0), "it has expired");
    EXPECT_EQ(closed_by_shadow("$y$j9T$x", today + 1), "");
    EXPECT_EQ(closed_by_shadow("$y$j9T$x", -1), "");
}

}  // namespace
}  // namespace boardgate::tickets
