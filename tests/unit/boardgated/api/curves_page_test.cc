// SPDX-License-Identifier: MIT
#include "src/boardgated/api/curves_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr double infinity = std::numeric_limits<double>::infinity();

wire::RunFound run(const std::string& name, std::vector<wire::Curve> curves) {
    wire::RunFound found;
    found.name = name;
    found.curves = std::move(curves);
    return found;
}

std::string html(std::vector<wire::RunFound> runs, std::size_t all = 0) {
    return curves_html({"sweep 3", "alice", "lab.example.org", WallTime(1'795'000'000s), std::move(runs), all});
}

TEST(CurvesPage, SaysWhenItWasMadeAndThatItCannotBeTakenBack) {
    const std::string page = html({run("a", {{"loss", {{0, 2}, {10, 0.5}}, 0.5, 2}})});
    EXPECT_THAT(page, HasSubstr("2026-11-18 "));
    EXPECT_THAT(page, HasSubstr("cannot be taken back"));
    EXPECT_THAT(page, HasSubstr("of alice on lab.example.org"));
    EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
}

TEST(CurvesPage, DrawsALineForEachRunAndATableOfTheLastValues) {
    const std::string page = html({run("a", {{"loss", {{0, 2}, {10, 0.5}}, 0.5, 2}}), run("b", {{"loss", {{0, 1}, {20, 4}}, 1, 4}})});
    EXPECT_THAT(page, HasSubstr("points=\"64.0,95.1 239.0,162.0 \"")) << "from 64 to 414, and from 162 up to 6";
    EXPECT_THAT(page, HasSubstr("points=\"64.0,139.7 414.0,6.0 \""));
    EXPECT_THAT(page, HasSubstr("<td>0.5</td>"));
    EXPECT_THAT(page, HasSubstr("step 20"));
}

TEST(CurvesPage, HasNoScriptAndNoTextBecomesMarkup) {
    const std::string evil = "<script>alert(1)</script>\"'&";
    const std::string page = html({run(evil, {{evil, {{0, 2}, {1, 3}}, 2, 3}})});
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'unsafe-inline'"));
    for (const char* loads : {"src=", "href=", "url(", "@import", "onload"}) EXPECT_THAT(page, Not(HasSubstr(loads)));
}

TEST(CurvesPage, SurvivesWhatFailedTrainingsWrite) {
    const double nan = std::nan("");
    const std::string page = html({run("a", {{"loss", {{0, nan}, {1, infinity}, {2, 1}}, 1, 1}, {"none", {{0, nan}}, nan, nan}}),
                                   run("b", {{"wide", {{0, -1.7e308}, {1, 1.7e308}}, -1.7e308, 1.7e308}})});
    EXPECT_THAT(page, Not(HasSubstr("nan")));
    EXPECT_THAT(page, Not(HasSubstr("inf")));
    EXPECT_THAT(page, Not(HasSubstr(">none<"))) << "nothing of it can be drawn";
    EXPECT_THAT(html({}), HasSubstr("There are no curves yet."));
    EXPECT_THAT(html({run("a", {{"loss", {{0, 1}}, 1, 1}})}, 7), HasSubstr("The first 1 of 7 runs are here."));
}

}  // namespace
}  // namespace boardgate::boardgated
