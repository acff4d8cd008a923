// SPDX-License-Identifier: MIT
// What TensorBoard answers is compared in tests/lab/compare-charts; here is what a log directory that changes does.
#include "src/data/charts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "src/data/log_directory.h"

#include "tests/fakes/temp_folder.h"
#include "tests/unit/data/computed_runs.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::data {
namespace {

struct ChartsTest : testing::Test {
    ComputedRuns source;
    Charts charts{source, SamplesPerPlugin()};
    LargeAnswers large_answers;

    std::string ask(const std::string& text) { return ask(charts, text); }
    std::string ask(const Charts& of, const std::string& text) {
        Http1Request request;
        EXPECT_EQ(request.parse(text), Http1Request::State::whole) << text;
        Growth growth(large_answers);
        return of.json(request, growth).value_or("TensorBoard answers");
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

/// The sanitized tests see more here than the sizes do.
TEST_F(ChartsTest, ALogDirectoryIsAskedWhileItReads) {
    constexpr int most = 200;
    const fakes::TempFolder folder;
    LogDirectory logs(folder.path(), {});
    const Charts of_logs(logs, SamplesPerPlugin());
    std::atomic<bool> ended = false;
    std::thread writer([&] {
        for (int i = 0; i < most; ++i) {
            const std::string run = folder / "run-" + std::to_string(i);
            std::filesystem::create_directory(run);
            std::ofstream(run + "/tfevents.1", std::ios::binary)
                << events::record_of(events::double_field(1, 10) + events::scalar_event(1, "loss", 0.5F));
            if (i % 10 == 9) logs.look();
        }
        ended = true;
    });
    std::size_t before = 0;
    for (bool last = false; !last;) {
        last = ended;
        const std::string answer = ask(of_logs, "GET /b/x/data/plugin/scalars/tags HTTP/1.1\r\n\r\n");
        EXPECT_GE(answer.size(), before);
        before = answer.size();
    }
    writer.join();
    EXPECT_GT(before, most * std::string("run-0").size());
}

}  // namespace
}  // namespace boardgate::data
