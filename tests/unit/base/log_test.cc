// SPDX-License-Identifier: MIT
#include "src/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

namespace boardgate {
namespace {

struct LogTest : testing::Test {
    void SetUp() override {
        if (access("/run/systemd/journal/socket", W_OK) == 0) GTEST_SKIP() << "a journal takes the lines on this machine";
        set_log_identifier("the-test");
    }
    static std::string said(std::string_view message) {
        testing::internal::CaptureStderr();
        log_event(Event::login_refused, message, {{"USER_NAME", "x"}});
        return testing::internal::GetCapturedStderr();
    }
};

TEST_F(LogTest, ALineHasPriorityProgramAndSentence) { EXPECT_EQ(said("login refused"), "<5>the-test: login refused\n"); }

TEST_F(LogTest, NoValueForgesALine) {
    EXPECT_EQ(said("user \"x\n<2>boardgated: all is well\r\n\""), "<5>the-test: user \"x?<2>boardgated: all is well??\"\n");
}

TEST_F(LogTest, EveryControlCharacterIsReplaced) {
    std::string all;
    for (char c = 1; c < 0x20; ++c) all += c;
    all += '\x7F';
    EXPECT_EQ(said(all), "<5>the-test: " + std::string(32, '?') + "\n");
    EXPECT_EQ(said(std::string_view("a\0b", 3)), "<5>the-test: a?b\n");
    EXPECT_EQ(said("\xC2\x9B"
                   "2J"),
              "<5>the-test: ?2J\n");
}

TEST_F(LogTest, TextInOtherLanguagesStays) { EXPECT_EQ(said("M\xC3\xBCller"), "<5>the-test: M\xC3\xBCller\n"); }

struct Row {
    const char* name;
    std::string id;
    int priority;
};
const Row rows[] = {
#define EVENT(name, id, priority, meaning) {#name, id, priority},
#include "src/base/events.inc"
#undef EVENT
};

TEST(Events, HaveEachAMessageIdOfTheirOwn) {
    std::set<std::string> seen;
    for (const Row& row : rows) {
        EXPECT_TRUE(seen.insert(row.id).second) << row.name;
        EXPECT_EQ(row.id.size(), 32U) << row.name;
        EXPECT_EQ(row.id.find_first_not_of("0123456789abcdef"), std::string::npos) << row.name;
        EXPECT_GE(row.priority, 0) << row.name;
        EXPECT_LE(row.priority, 7) << row.name;
    }
}

}  // namespace
}  // namespace boardgate
