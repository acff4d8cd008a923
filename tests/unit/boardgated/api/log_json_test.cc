// SPDX-License-Identifier: MIT
#include "src/boardgated/api/log_json.h"

#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

TEST(LogJson, ALineHasItsTimeAndItsRun) {
    const Json::Value json = log_line_json({"c1", 1'795'000'000'125'000, "text", "0123456789abcdef0123456789abcdef"});
    EXPECT_EQ(json["time"], "2026-11-18T11:06:40.125Z");
    EXPECT_EQ(json["text"], "text");
    EXPECT_EQ(json["cursor"], "c1");
    EXPECT_EQ(json["start"], "0123456789abcdef0123456789abcdef");
}

}  // namespace
}  // namespace boardgate::boardgated
