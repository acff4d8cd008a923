// SPDX-License-Identifier: MIT
#include "src/base/clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace boardgate {
namespace {

using namespace std::chrono_literals;

TEST(Clock, Rfc3339IsUtcWithMilliseconds) { EXPECT_EQ(rfc3339(WallTime(1'795'253'400s + 125ms)), "2026-11-21T09:30:00.125Z"); }

TEST(Clock, Rfc3339FillsMillisecondsWithZeros) { EXPECT_EQ(rfc3339(WallTime(5ms)), "1970-01-01T00:00:00.005Z"); }

TEST(Clock, Rfc3339CutsMicrosecondsAndDoesNotRound) { EXPECT_EQ(rfc3339(WallTime(999'999us)), "1970-01-01T00:00:00.999Z"); }

TEST(Clock, Rfc3339KnowsEveryYearThatItReads) {
    const auto last = parse_rfc3339("9999-12-31T23:59:59Z");
    ASSERT_TRUE(last);
    EXPECT_EQ(rfc3339(*last), "9999-12-31T23:59:59.000Z");
}

TEST(Clock, Rfc3339BeforeTheEpochCountsTheRightWay) { EXPECT_EQ(rfc3339(WallTime(-1ms)), "1969-12-31T23:59:59.999Z"); }

TEST(Clock, Rfc3339DoesNotFollowTheTimeZone) {
    setenv("TZ", "Asia/Kathmandu", 1);
    tzset();
    EXPECT_EQ(rfc3339(WallTime(0s)), "1970-01-01T00:00:00.000Z");
    unsetenv("TZ");
    tzset();
}

TEST(Clock, SystemClockIsTheSystems) {
    const auto apart = SystemClock().wall() - std::chrono::system_clock::now();
    EXPECT_LT(std::chrono::abs(apart), 5s);
}

TEST(Clock, BootTimeMovesWithTime) {
    const SystemClock clock;
    const auto before = clock.boot();
    std::this_thread::sleep_for(10ms);
    const auto passed = clock.boot() - before;
    EXPECT_GE(passed, 9ms);
    EXPECT_LT(passed, 10s);
}

TEST(Clock, DurationsInWords) {
    using namespace std::chrono_literals;
    EXPECT_EQ(in_words(90s), "90 seconds");
    EXPECT_EQ(in_words(1800s), "30 minutes");
    EXPECT_EQ(in_words(3600s), "1 hour");
    EXPECT_EQ(in_words(24h * 7), "7 days");
    EXPECT_EQ(in_words(0s), "0 seconds");
}

}  // namespace
}  // namespace boardgate
