// SPDX-License-Identifier: MIT
// What TensorBoard answers is compared in tests/lab/compare-charts; here is what a log directory that changes does.
#include "src/data/charts.h"

#include <gtest/gtest.h>

#include "tests/unit/data/computed_runs.h"

namespace boardgate::data {
namespace {

struct ChartsTest : testing::Test {
    ComputedRuns source;
    Charts charts{source, SamplesPerPlugin()};
    LargeAnswers large_answers;

    std::string ask(const std::string& text) {
        Http1Request request;
        EXPECT_EQ(request.parse(text), Http1Request::State::whole) << text;
        Growth growth(large_answers);
        return charts.json(request, growth).value_or("TensorBoard answers");
    }
    std::string get(const std::string& path) { return ask("GET /b/x/data/plugin/" + path + " HTTP/1.1\r\n\r\n"); }
    std::string post(const std::string& path, const std::string& form) {
        return ask("POST /b/x/data/plugin/" + path + " HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                   std::to_string(form.size()) + "\r\n\r\n" + form);
    }
};

TEST_F(ChartsTest, AnAnswerIsMadeOfTheRunsThatItBeganWith) {
    source.add("first", "loss", {0.5F});
    source.add("second", "loss", {0.5F});
    EXPECT_EQ(post("scalars/scalars_multirun", "tag=loss&runs=first"), R"({"first": [[10.0, 0, 0.5]]})");
    EXPECT_EQ(post("timeseries/timeSeries", R"(requests=[{"plugin":"scalars","tag":"loss","run":"second"}])"),
              R"([{"plugin": "scalars", "tag": "loss", "run": "second", "runToSeries": )"
              R"({"second": [{"wallTime": 10.0, "step": 0, "value": 0.5}]}}])");
    EXPECT_EQ(get("scalars/tags"),
              R"({"first": {"loss": {"displayName": "", "description": ""}}, "second": {"loss": {"displayName": "", "description": ""}}})");
    EXPECT_EQ(ask("GET /b/x/data/runs HTTP/1.1\r\n\r\n"), R"(["first", "second"])");
}

}  // namespace
}  // namespace boardgate::data
