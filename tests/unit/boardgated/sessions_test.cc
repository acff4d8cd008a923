// SPDX-License-Identifier: MIT
#include "src/boardgated/sessions.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct SessionsTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings("session_idle = 1h\nsession_lifetime = 10h\nsessions_per_user = 3\n", "test").value();
    Sessions sessions{*store, settings, clock};

    TokenHash add(std::uint32_t uid = 1001, std::chrono::seconds lives = 10h, const std::string& name = {},
                  const std::string& address = {}) {
        const TokenHash token = Token::make().hash();
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.wall()) + lives;
        EXPECT_TRUE(sessions.add({token, uid, "u" + std::to_string(uid)}, expires, name, address));
        clock.advance(1s);
        return token;
    }
    [[nodiscard]] bool there(const TokenHash& token) const { return sessions.find(token).has_value(); }
    /// As after a restart of boardgated.
    [[nodiscard]] bool there_after_restart(const TokenHash& token) {
        Sessions again(*store, settings, clock);
        EXPECT_TRUE(again.load());
        return again.find(token).has_value();
    }
};

TEST_F(SessionsTest, AreFoundByTheirToken) {
    const TokenHash token = add(1001);
    add(1002);
    const auto session = sessions.find(token);
    ASSERT_TRUE(session);
    EXPECT_EQ(session->uid, 1001U);
    EXPECT_EQ(session->user, "u1001");
    EXPECT_FALSE(there(Token::make().hash()));
    EXPECT_FALSE(there(TokenHash()));
}

TEST_F(SessionsTest, EndWhenTheyAreNotUsed) {
    const TokenHash token = add();
    clock.advance(1h - 2s);
    EXPECT_TRUE(there(token));
    sessions.touch(token);
    clock.advance(1h - 1s);
    EXPECT_TRUE(there(token));
    clock.advance(1s);
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, EndWithTheirTicketHoweverMuchTheyAreUsed) {
    const TokenHash token = add(1001, 90min);
    clock.advance(45min);
    sessions.touch(token);
    clock.advance(45min - 2s);
    EXPECT_TRUE(there(token));
    clock.advance(1s);
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, BeingLookedUpIsNotBeingUsed) {
    const TokenHash token = add();
    for (int minute = 0; minute < 60; ++minute) {
        (void)sessions.find(token);
        clock.advance(1min);
    }
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, AClockThatIsSetNeitherEndsThemNorKeepsThem) {
    const TokenHash token = add(1001, 90min);
    clock.set_wall(clock.wall() + 48h);
    EXPECT_TRUE(there(token));
    clock.set_wall(clock.wall() - 96h);
    clock.advance(1h);
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, OutliveARestart) {
    const TokenHash token = add();
    EXPECT_TRUE(there_after_restart(token));
    clock.advance(1h);
    EXPECT_FALSE(there_after_restart(token));
}

TEST_F(SessionsTest, WhatEndedIsForgottenByTheStoreToo) {
    add();
    clock.advance(1h);
    Sessions again(*store, settings, clock);
    ASSERT_TRUE(again.load());
    EXPECT_TRUE(store->sessions().value().empty());
}

TEST_F(SessionsTest, TimesOfUseReachTheStoreWithTheSweep) {
    const TokenHash token = add();
    clock.advance(50min);
    sessions.touch(token);
    sessions.sweep();
    clock.advance(50min);
    EXPECT_TRUE(there_after_restart(token));
    EXPECT_TRUE(there(token));
}

TEST_F(SessionsTest, AnEarlierWallClockDoesNotMakeThemLiveLonger) {
    const TokenHash token = add();
    clock.set_wall(clock.wall() - 24h);
    Sessions again(*store, settings, clock);
    ASSERT_TRUE(again.load());
    clock.advance(1h);
    EXPECT_FALSE(again.find(token));
}

TEST_F(SessionsTest, TheLongestUnusedOneGoesBeyondTheLimit) {
    const TokenHash first = add();
    const TokenHash second = add();
    const TokenHash third = add();
    sessions.touch(first);
    clock.advance(1s);
    const TokenHash others = add(1002);
    EXPECT_TRUE(there(second));
    const TokenHash fourth = add();
    EXPECT_TRUE(there(first));
    EXPECT_FALSE(there(second));
    EXPECT_TRUE(there(third));
    EXPECT_TRUE(there(fourth));
    EXPECT_TRUE(there(others));
    EXPECT_FALSE(there_after_restart(second));
}

TEST_F(SessionsTest, LoggingOutEndsOneForGood) {
    const TokenHash token = add();
    const TokenHash other = add();
    sessions.end(token);
    EXPECT_FALSE(there(token));
    EXPECT_FALSE(there_after_restart(token));
    EXPECT_TRUE(there(other));
    sessions.sweep();
    EXPECT_FALSE(there_after_restart(token));
}

TEST_F(SessionsTest, LoggingOutEverywhereEndsAllOfOnePerson) {
    const TokenHash first = add(1001);
    const TokenHash second = add(1001);
    const TokenHash others = add(1002);
    sessions.end_all(1001);
    EXPECT_FALSE(there(first));
    EXPECT_FALSE(there(second));
    EXPECT_TRUE(there(others));
    EXPECT_EQ(store->sessions().value().size(), 1U);
}

TEST_F(SessionsTest, EndWhenTheirNumberBelongsToAnotherName) {
    const TokenHash left = add(1001);
    const TokenHash other = add(1002);
    const TokenHash come = Token::make().hash();
    ASSERT_TRUE(sessions.add({come, 1001, "somebody"}, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 1h));
    EXPECT_FALSE(there(left));
    EXPECT_FALSE(there_after_restart(left));
    EXPECT_TRUE(there(other));
    EXPECT_TRUE(there(come));
}

TEST_F(SessionsTest, AreListedToTheirOwnerTheLastUsedFirst) {
    const TokenHash laptop = add(1001, 10h, "laptop", "192.0.2.1");
    add(1001, 10h, "desk");
    add(1002, 10h, "other");
    clock.advance(1min);
    sessions.touch(laptop);
    const auto views = sessions.of(1001);
    ASSERT_EQ(views.size(), 2U);
    EXPECT_EQ(views[0].name, "laptop");
    EXPECT_EQ(views[0].address, "192.0.2.1");
    EXPECT_EQ(views[0].last_used, clock.wall());
    EXPECT_EQ(views[0].expires - views[0].created, 10h);
    EXPECT_EQ(views[1].name, "desk");
    clock.advance(1h);
    EXPECT_TRUE(sessions.of(1001).empty());
}

TEST_F(SessionsTest, AnIdNamesOneOfOnesOwnAndOpensNothing) {
    const TokenHash token = add(1001);
    const std::string id = sessions.of(1001).front().id;
    EXPECT_EQ(sessions.named(1001, id), token);
    EXPECT_EQ(sessions.named(1002, id), std::nullopt);
    EXPECT_EQ(sessions.named(1001, ""), std::nullopt);
    EXPECT_EQ(sessions.named(1001, id.substr(1)), std::nullopt);
    EXPECT_LT(id.size(), 2 * TokenHash::size / 2);
}

TEST_F(SessionsTest, ANewNameOutlivesARestart) {
    const TokenHash token = add();
    ASSERT_TRUE(sessions.rename(token, "at home"));
    EXPECT_EQ(sessions.of(1001).front().name, "at home");
    EXPECT_EQ(store->sessions().value().front().name, "at home");
}

TEST_F(SessionsTest, ADamagedRowIsSkipped) {
    ASSERT_TRUE(store->put_session({"not a hash", 1001, "u", 0, 0, 4'000'000'000, "", ""}));
    const TokenHash token = add();
    EXPECT_TRUE(there_after_restart(token));
}

}  // namespace
}  // namespace boardgate::boardgated
