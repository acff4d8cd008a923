// SPDX-License-Identifier: MIT
#include "src/cli/find_board.h"

#include <gtest/gtest.h>

namespace boardgate::cli {
namespace {

Json::Value boards() {
    return json_of(R"([
        {"id":"abcdefgh","title":"Night","logdir":"/home/a/runs","more_logdirs":[],"created":"2026-11-01T00:00:00.000Z"},
        {"id":"abxyzxyz","title":"Day","logdir":"/home/a/runs/","more_logdirs":[],"created":"2026-11-02T00:00:00.000Z"},
        {"id":"zzzzzzzz","title":"Both","logdir":"/data","more_logdirs":["/home/a/other"],"created":"2026-11-03T00:00:00.000Z"}])");
}

std::string found(const std::string& text) {
    testing::internal::CaptureStderr();
    const auto board = find_board(boards(), text);
    const std::string said = testing::internal::GetCapturedStderr();
    if (!board) return "none: " + board.error().text;
    return (*board)["id"].asString() + (said.find("newest") == std::string::npos ? "" : " newest");
}

TEST(FindBoard, ByIdItsBeginningTitleOrFolder) {
    EXPECT_EQ(found("zzzzzzzz"), "zzzzzzzz");
    EXPECT_EQ(found("abx"), "abxyzxyz");
    EXPECT_EQ(found("Night"), "abcdefgh");
    EXPECT_EQ(found("/home/a/other"), "zzzzzzzz");
    EXPECT_EQ(found("/data/"), "zzzzzzzz");
}

TEST(FindBoard, TheNewestIsMeantAndNamed) { EXPECT_EQ(found("/home/a/runs"), "abxyzxyz newest"); }

TEST(FindBoard, FromAnotherMachineAFolderIsBelowTheHome) {
    if (is_server()) GTEST_SKIP();
    EXPECT_EQ(found("other"), "zzzzzzzz");
}

TEST(FindBoard, WhatIsNotThereIsSaid) {
    EXPECT_NE(found("ab").find("several ids"), std::string::npos);
    EXPECT_NE(found("/nowhere").find("no board"), std::string::npos);
    EXPECT_NE(found("").find("name a board"), std::string::npos);
}

}  // namespace
}  // namespace boardgate::cli
