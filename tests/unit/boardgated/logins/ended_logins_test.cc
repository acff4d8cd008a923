// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/ended_logins.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct EndedLoginsTest : testing::Test {
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    const TokenHash token = Token::make().hash();
    EndedLoginsTest() { EXPECT_TRUE(store->put_session({token.hex(), 1001, "alice", 1, 2, 3, "", ""})); }
    [[nodiscard]] std::size_t sessions() const { return store->sessions().value().size(); }
};

TEST_F(EndedLoginsTest, ALauncherThatDoesNotAnswerIsAskedAgainAlsoAfterARestart) {
    {
        EndedLogins ended(*store, [](const std::vector<TokenHash>&) { return false; });
        ended.add({token});
        EXPECT_FALSE(ended.store() && ended.revoke());
        EXPECT_FALSE(ended.store() && ended.revoke());
        EXPECT_EQ(sessions(), 0U) << "the session ends all the same";
        EXPECT_EQ(store->unrevoked().value(), std::vector<std::string>{token.hex()});
    }
    std::promise<TokenHash> revoked;
    EndedLogins after(*store, [&](const std::vector<TokenHash>& tickets) {
        revoked.set_value(tickets.at(0));
        return true;
    });
    ASSERT_TRUE(after.start());
    EXPECT_TRUE(revoked.get_future().get() == token);
    after.finish();
    EXPECT_TRUE(store->unrevoked().value().empty());
    EXPECT_TRUE(after.store() && after.revoke()) << "nothing is left";
}

TEST_F(EndedLoginsTest, NobodyWaitsForTheLauncher) {
    std::latch go(1);
    std::latch asked(1);
    std::atomic<int> calls = 0;
    EndedLogins ended(*store, [&](const std::vector<TokenHash>&) {
        if (calls++ == 0) asked.count_down();
        go.wait();
        return true;
    });
    ASSERT_TRUE(ended.start());
    ended.add({token});
    asked.wait();
    const TokenHash second = Token::make().hash();
    ASSERT_TRUE(store->put_session({second.hex(), 1001, "alice", 1, 2, 3, "", ""}));
    ended.add({second});
    EXPECT_TRUE(ended.await_stored({token, second})) << "a launcher that does not answer delays the store";
    EXPECT_EQ(sessions(), 0U);
    go.count_down();
}

TEST_F(EndedLoginsTest, WhatWasNotDoneIsStoredAtTheEnd) {
    EndedLogins ended(*store, [](const std::vector<TokenHash>&) { return false; });
    ASSERT_TRUE(ended.start());
    ended.add({token});
    ended.finish();
    EXPECT_EQ(sessions(), 0U);
    EXPECT_EQ(store->unrevoked().value().size(), 1U);
}

}  // namespace
}  // namespace boardgate::boardgated
