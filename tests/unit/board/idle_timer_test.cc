// SPDX-License-Identifier: MIT
#include "src/board/idle_timer.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace boardgate::board {
namespace {

using std::chrono::seconds;

struct IdleTimerTest : testing::Test {
    fakes::FakeClock clock;
    IdleTimer timer{clock, seconds(60)};
};

TEST_F(IdleTimerTest, ExpiresAfterItsTimeWithoutUse) {
    clock.advance(seconds(59));
    EXPECT_FALSE(timer.expired());
    EXPECT_EQ(timer.left(), seconds(1));
    clock.advance(seconds(1));
    EXPECT_TRUE(timer.expired());
}

TEST_F(IdleTimerTest, BeginsAnewWithEachUse) {
    clock.advance(seconds(59));
    timer.used();
    clock.advance(seconds(59));
    EXPECT_FALSE(timer.expired());
}

TEST_F(IdleTimerTest, EndsTheLongestTimeAwakeWhateverIsUsed) {
    IdleTimer limited(clock, seconds(60), seconds(90));
    clock.advance(seconds(50));
    limited.used();
    EXPECT_EQ(limited.left(), seconds(40));
    clock.advance(seconds(39));
    limited.used();
    EXPECT_FALSE(limited.expired());
    clock.advance(seconds(1));
    EXPECT_TRUE(limited.expired());
}

TEST_F(IdleTimerTest, IsNotMovedByTheWallClock) {
    clock.set_wall(clock.wall() + std::chrono::hours(48));
    EXPECT_FALSE(timer.expired());
}

TEST_F(IdleTimerTest, NeverLeavesNegativeTime) {
    clock.advance(std::chrono::hours(2));
    EXPECT_EQ(timer.left(), seconds(0));
}

TEST_F(IdleTimerTest, DoesNotRoundALastMomentToNothing) {
    clock.advance(seconds(60) - std::chrono::microseconds(1));
    EXPECT_FALSE(timer.expired());
}

}  // namespace
}  // namespace boardgate::board
