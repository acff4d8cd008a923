// SPDX-License-Identifier: MIT
#include "src/tickets/shadow.h"

#include <gtest/gtest.h>

#include "tests/fakes/accounts.h"

namespace boardgate::tickets {
namespace {

TEST(AccountMark, ChangesWithThePasswordAndWithTheDay) {
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/sh"}}};
    directory.shadow["alice"] = {"$y$one"};
    const std::string before = account_mark("alice").value();
    EXPECT_EQ(before.size(), 64U);
    EXPECT_EQ(before.find("one"), std::string::npos) << "it tells nothing of the password";
    EXPECT_TRUE(is_mark_of(before, "alice"));
    directory.shadow["alice"].password = "!$y$one";
    EXPECT_TRUE(is_mark_of(before, "alice")) << "why_closed() checks for a lock";
    directory.shadow["alice"].password = "$y$two";
    EXPECT_FALSE(is_mark_of(before, "alice"));
    directory.shadow["alice"] = {"$y$one", -1, 20001};
    EXPECT_FALSE(is_mark_of(before, "alice"));
    directory.shadow.clear();
    EXPECT_FALSE(is_mark_of(before, "alice")) << "it is an account of elsewhere now";
}

TEST(AccountMark, IsNoneWithoutAnEntry) {
    const fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/sh"}}};
    EXPECT_EQ(account_mark("alice").value(), "-");
    EXPECT_TRUE(is_mark_of("-", "alice"));
}

}  // namespace
}  // namespace boardgate::tickets
