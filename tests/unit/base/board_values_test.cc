// SPDX-License-Identifier: MIT
#include "src/base/board_values.h"

#include <gtest/gtest.h>

namespace boardgate {
namespace {

TEST(OptionNumber, TakesItsBoundsAndNothingBeyond) {
    EXPECT_EQ(Priority::parse(1).value().number(), 1);
    EXPECT_EQ(Priority::parse(100).value().number(), 100);
    for (const std::int64_t number : {std::int64_t{0}, std::int64_t{101}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
        EXPECT_FALSE(Priority::parse(number)) << number;
    }
    EXPECT_TRUE(ReloadInterval::parse(0));
    EXPECT_FALSE(ReloadInterval::parse(86401));
    EXPECT_FALSE(IdleSleep::parse(0));
    EXPECT_TRUE(LongestAwake::parse(0));
}

TEST(Samples, AreAListOfNamesWithNumbers) {
    for (const char* text : {"", "images=5", "images=100,scalars=500", "a_b=0", "x=123456789"}) {
        const auto samples = Samples::parse(text);
        ASSERT_TRUE(samples) << text;
        EXPECT_EQ(samples->str(), text);
    }
    for (const char* text : {"images", "=5", "images=", "images=5,", ",images=5", "images=5,,scalars=1", "images=-1", "images=1.5",
                             "Images=5", "images =5", "images=1234567890", "images=5;scalars=1", "images=5\n"}) {
        EXPECT_FALSE(Samples::parse(text)) << text;
    }
    const std::string longest(Samples::longest - 2, 'x');
    EXPECT_TRUE(Samples::parse(longest + "=1"));
    EXPECT_FALSE(Samples::parse(longest + "x=1"));
}

}  // namespace
}  // namespace boardgate
