// SPDX-License-Identifier: MIT
#include "src/login/account.h"

#include <gtest/gtest.h>

namespace boardgate::login {
namespace {

Account account(uid_t uid, const std::string& shell = "/bin/bash") { return {uid, 100, "alice", "/home/alice", shell}; }

std::string refused(const Account& who, const std::string& settings = "") {
    return why_refused(who, parse_settings(settings, "test").value());
}

TEST(Account, PeopleAreLetIn) {
    EXPECT_EQ(refused(account(1000)), "");
    EXPECT_EQ(refused(account(4294967294U)), "");
    EXPECT_EQ(refused(account(1000, "/bin/zsh")), "");
    EXPECT_EQ(refused(account(1000, "")), "") << "an empty shell is /bin/sh (passwd(5))";
}

TEST(Account, SystemAccountsAreNot) {
    EXPECT_NE(refused(account(999)), "");
    EXPECT_NE(refused(account(65534)), "");
    EXPECT_EQ(refused(account(500), "minimum_uid = 500\n"), "");
    EXPECT_NE(refused(account(1000), "minimum_uid = 1001\n"), "");
}

TEST(Account, RootIsNeverLetIn) { EXPECT_NE(refused(account(0), "minimum_uid = 1\n"), ""); }

TEST(Account, ClosedShellsKeepTheirAccountsOut) {
    for (const char* shell : {"/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false", "/bin/nologin", "/usr/bin/nologin"}) {
        EXPECT_NE(refused(account(1000, shell)), "") << shell;
    }
}

}  // namespace
}  // namespace boardgate::login
