// SPDX-License-Identifier: MIT
#include "src/board/chart_requests.h"

#include <gtest/gtest.h>

#include <string>

namespace boardgate::board {
namespace {

TEST(ChartRequests, AreThoseOfTheTable) {
    const auto is_one = [](const std::string& line) { return is_chart_request(line + " HTTP/1.1\r\nHost: a\r\n", "/b/k3f9abcd"); };
    for (const char* const line :
         {"POST /b/k3f9abcd/data/plugin/timeseries/timeSeries", "GET /b/k3f9abcd/data/plugin/scalars/scalars?run=a&tag=b",
          "GET /b/k3f9abcd/experiment/defaultExperimentId/data/plugin/timeseries/tags", "GET /b/k3f9abcd/data/runs"})
        EXPECT_EQ(is_one(line), true) << line;
    for (const char* const line :
         {"GET /b/k3f9abcd/", "GET /b/other123/data/runs", "PUT /b/k3f9abcd/data/runs", "GET /b/k3f9abcd/data/runs/",
          "GET /b/k3f9abcd/data/environment", "GET /b/k3f9abcd/experiment//data", "GET /b/k3f9abcd/experiment/a",
          "GET /b/k3f9abcd/?x=/data/runs", "GET /b/k3f9abcd/a/data/runs", "", "GET"})
        EXPECT_EQ(is_one(line), false) << line;
}

TEST(ChartRequests, AreKnownOnlyByAWholeLine) {
    EXPECT_EQ(is_chart_request("GET /b/k3f9abcd/data/ru", "/b/k3f9abcd"), std::nullopt);
    EXPECT_EQ(is_chart_request("", "/b/k3f9abcd"), std::nullopt);
}

}  // namespace
}  // namespace boardgate::board
