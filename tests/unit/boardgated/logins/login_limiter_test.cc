// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/login_limiter.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

using std::chrono::seconds;

struct LoginLimiterTest : testing::Test {
    fakes::FakeClock clock;
    Settings settings = parse_settings("", "test").value();
    LoginLimiter limiter{clock, settings};
    void take(int times, const char* user, const char* address) {
        for (int i = 0; i < times; ++i) ASSERT_EQ(limiter.take(user, address), seconds(0)) << i;
    }
};

TEST_F(LoginLimiterTest, RefusesTheSixthAttemptOnOneAccountFromOneAddressAndSaysHowLong) {
    take(5, "alice", "192.0.2.1");
    EXPECT_EQ(limiter.take("alice", "192.0.2.1"), seconds(20));
    clock.advance(seconds(19));
    EXPECT_EQ(limiter.take("alice", "192.0.2.1"), seconds(1));
    clock.advance(seconds(1));
    EXPECT_EQ(limiter.take("alice", "192.0.2.1"), seconds(0));
}

TEST_F(LoginLimiterTest, AStrangerElsewhereLocksNobodyOut) {
    take(5, "alice", "192.0.2.1");
    EXPECT_GT(limiter.take("alice", "192.0.2.1"), seconds(0));
    EXPECT_EQ(limiter.take("alice", "192.0.2.2"), seconds(0));
}

TEST_F(LoginLimiterTest, AnAttemptWithoutAVerdictDoesNotCount) {
    for (int i = 0; i < 40; ++i) {
        take(1, "alice", "192.0.2.1");
        limiter.give_back("alice", "192.0.2.1");
    }
    take(5, "alice", "192.0.2.1");
    EXPECT_GT(limiter.take("alice", "192.0.2.1"), seconds(0));
}

TEST_F(LoginLimiterTest, ARefusedAttemptCostsNothing) {
    take(5, "alice", "192.0.2.1");
    for (int i = 0; i < 100; ++i) EXPECT_GT(limiter.take("alice", "192.0.2.1"), seconds(0));
    clock.advance(seconds(20));
    EXPECT_EQ(limiter.take("alice", "192.0.2.1"), seconds(0));
}

TEST_F(LoginLimiterTest, OneAddressTriesThirtyAccountsAndNoMore) {
    for (int i = 0; i < 30; ++i) take(1, ("u" + std::to_string(i)).c_str(), "192.0.2.1");
    EXPECT_EQ(limiter.take("u30", "192.0.2.1"), seconds(2));
}

TEST_F(LoginLimiterTest, ALoginThatWentWellForgivesTheMistakesBeforeIt) {
    take(5, "alice", "192.0.2.1");
    limiter.forgive("alice", "192.0.2.1");
    take(5, "alice", "192.0.2.1");
}

TEST_F(LoginLimiterTest, ASuccessIsNotCounted) {
    for (int i = 0; i < 200; ++i) {
        const std::string user = "u" + std::to_string(i);
        take(1, user.c_str(), "192.0.2.1");
        limiter.forgive(user, "192.0.2.1");
        if (i % 50 == 49) clock.advance(seconds(20));  // of all together
    }
    for (int i = 0; i < 30; ++i) take(1, ("another" + std::to_string(i)).c_str(), "192.0.2.1");
}

TEST_F(LoginLimiterTest, EverybodyTogetherIsBounded) {
    for (int i = 0; i < 100; ++i) take(1, "alice", ("192.0.2." + std::to_string(i)).c_str());
    EXPECT_EQ(limiter.take("alice", "192.0.2.200"), seconds(1));
}

TEST_F(LoginLimiterTest, ThoseWhoFailDoNotSlowDownWhoDidNot) {
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 30; ++i) (void)limiter.take("u" + std::to_string(round), "192.0.2." + std::to_string(i));
    }
    EXPECT_EQ(limiter.take("carol", "198.51.100.1"), seconds(0));
}

TEST_F(LoginLimiterTest, AnAccountThatWasInFromThereIsSlowedDownByItselfOnly) {
    take(1, "carol", "192.0.2.1");
    limiter.forgive("carol", "192.0.2.1");
    EXPECT_TRUE(limiter.knows("carol", "192.0.2.1"));
    EXPECT_FALSE(limiter.knows("carol", "192.0.2.2"));
    for (int i = 0; i < 300; ++i) (void)limiter.take("u" + std::to_string(i), "192.0.2." + std::to_string(i % 3));
    EXPECT_GT(limiter.take("another", "192.0.2.1"), seconds(0));
    take(5, "carol", "192.0.2.1");
    EXPECT_GT(limiter.take("carol", "192.0.2.1"), seconds(0)) << "her own failures count";
}

TEST_F(LoginLimiterTest, ForgetsWhoWasNotSeenForLongestAndKeepsTheOthers) {
    take(5, "kept", "192.0.2.1");
    // Refused by the common bucket, but each leaves its own two buckets; "kept" is seen again in between.
    for (int i = 0; i < 6000; ++i) {
        (void)limiter.take("x" + std::to_string(i), "10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".1");
        if (i % 1000 == 0) (void)limiter.take("kept", "192.0.2.1");
    }
    EXPECT_GT(limiter.take("kept", "192.0.2.1"), seconds(1));
}

}  // namespace
}  // namespace boardgate::boardgated
