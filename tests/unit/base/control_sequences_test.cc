// SPDX-License-Identifier: MIT
#include "src/base/control_sequences.h"

#include <gtest/gtest.h>

#include <cstring>

namespace boardgate {
namespace {

TEST(TextColours, KnowsASequenceByItsWholeForm) {
    EXPECT_EQ(colour_sequence("\x1b[31mred"), 5U);
    EXPECT_EQ(colour_sequence("\x1b[m"), 3U);
    EXPECT_EQ(colour_sequence("\x1b[38;2;255;255;255;48;2;255;255;255m"), 36U);
    for (const char* other : {"", "red", "\x1b", "\x1b[", "\x1b[31", "\x1b[2J", "\x1b]0;title\x07", "\x1b[?25h", "\x1b[1 m"}) {
        EXPECT_EQ(colour_sequence(other), 0U) << testing::PrintToString(other);
    }
    EXPECT_EQ(colour_sequence("\x1b[" + std::string(100, '1') + "m"), 0U);
}

TEST(ControlSequences, AreKnownByTheirWholeForm) {
    for (const char* whole :
         {"\x1b[31m", "\x1b[2J", "\x1b[?25l", "\x1b[1;1H", "\x1b[0 q", "\x1b]0;a title\x07", "\x1b]8;;http://x\x1b\\"}) {
        EXPECT_EQ(control_sequence(whole), std::strlen(whole)) << testing::PrintToString(whole);
        EXPECT_EQ(control_sequence(std::string(whole) + "rest\x07\x1b\\"), std::strlen(whole)) << testing::PrintToString(whole);
    }
    for (const char* other : {"", "x", "\x1b", "\x1b[", "\x1b[12", "\x1b[1\n2J", "\x1b]0;endless", "\x1b(B"}) {
        EXPECT_EQ(control_sequence(other), 0U) << testing::PrintToString(other);
    }
}

TEST(TextColours, TextIsLeftWithoutThem) {
    EXPECT_EQ(without_colours("\x1b[1;31mError:\x1b[0m no \x1b[2Jdisk\x1b"), "Error: no \x1b[2Jdisk\x1b");
    EXPECT_EQ(without_colours("plain"), "plain");
    EXPECT_EQ(without_colours(""), "");
}

}  // namespace
}  // namespace boardgate
