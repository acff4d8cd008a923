// SPDX-License-Identifier: MIT
#include "src/logdirs/curves.h"

#include <gtest/gtest.h>

#include "src/base/names.h"

namespace boardgate::logdirs {
namespace {

SummaryValue simple(std::string_view tag, double value) { return {tag, value, {}, true}; }
SummaryValue tensor(std::string_view tag, std::optional<double> value, std::string_view plugin = {}) { return {tag, value, plugin, false}; }

std::vector<std::string> tags_of(const Curves& curves) {
    std::vector<std::string> tags;
    for (const wire::Curve& curve : curves.best()) tags.push_back(curve.tag);
    return tags;
}
std::vector<std::string> chosen(std::initializer_list<const char*> tags) {
    Curves curves;
    for (const char* tag : tags) curves.add(1, simple(tag, 0));
    return tags_of(curves);
}
using Strings = std::vector<std::string>;

TEST(Curves, ShowALossAndAnAccuracy) {
    EXPECT_EQ(chosen({"lr", "val/accuracy", "train/loss", "epoch"}), (Strings{"train/loss", "val/accuracy"}));
    EXPECT_EQ(chosen({"lr", "Loss/very/long/name", "val_loss"}), (Strings{"val_loss", "lr"}));
    EXPECT_EQ(chosen({"gradient_accumulation", "top1/ACC"}), (Strings{"top1/ACC", "gradient_accumulation"}));
}

TEST(Curves, ShowTheFirstTwoWhereNothingSpeaksForOthers) {
    EXPECT_EQ(chosen({"reward", "length", "a"}), (Strings{"reward", "length"}));
    EXPECT_EQ(chosen({"only"}), Strings{"only"});
    EXPECT_EQ(chosen({}), Strings{});
}

TEST(Curves, FindALossBehindAnyNumberOfOtherTags) {
    Curves curves;
    for (int i = 0; i < 10000; ++i) curves.add(1, simple("weights/" + std::to_string(i), 0));
    curves.add(1, simple("loss", 0));
    EXPECT_EQ(tags_of(curves)[0], "loss");
}

TEST(Curves, KeepFirstLastAndTheCourseOfALongOne) {
    Curves curves;
    for (int step = 0; step < 100'000; ++step) curves.add(step, simple("loss", step));
    const auto points = curves.best()[0].points;
    ASSERT_EQ(points.size(), wire::longest::points);
    EXPECT_EQ(points.front().step, 0);
    EXPECT_EQ(points.back().step, 99'999);
    for (std::size_t i = 1; i < points.size(); ++i) {
        EXPECT_GT(points[i].step, points[i - 1].step);
        EXPECT_LT(points[i].step - points[i - 1].step, 100'000 / 32);
    }
}

TEST(Curves, OrderAndRepetitionDoNotMatter) {
    Curves curves;
    for (const int step : {5, 1, 3, 1, 5, 4, 2}) curves.add(step, simple("loss", step));
    const auto points = curves.best()[0].points;
    ASSERT_EQ(points.size(), 5U);
    for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(points[i].step, static_cast<std::int64_t>(i + 1));
}

TEST(Curves, TensorsOfOtherPluginsAreNone) {
    Curves curves;
    curves.add(0, tensor("buckets", 1, "histograms"));
    curves.add(1, tensor("buckets", 2));
    curves.add(0, tensor("text", std::nullopt, "text"));
    curves.add(0, tensor("scalar", 1, "scalars"));
    curves.add(1, tensor("scalar", 2));
    curves.add(1, tensor("unsaid", 2));
    EXPECT_EQ(tags_of(curves), (Strings{"scalar", "unsaid"}));
}

TEST(Curves, TagsThatNobodyCanMeanAreLeftOut) {
    Curves curves;
    curves.add(1, simple("", 1));
    curves.add(1, simple(std::string(Curves::longest_tag + 1, 'x'), 1));
    EXPECT_EQ(tags_of(curves), Strings{});
}

TEST(ShownTag, IsAlwaysUtf8WithoutControlCharactersAndNotTooLong) {
    EXPECT_EQ(shown_tag("Verlust/größe"), "Verlust/größe");
    EXPECT_EQ(shown_tag("a\nb\033[2J\x7f"), "a?b?[2J?");
    EXPECT_EQ(shown_tag("a\xff"
                        "b\xc3"),
              "a?b?");
    std::string umlauts;
    for (int i = 0; i < 400; ++i) umlauts += "ö";
    for (const std::string& tag : {umlauts, "x" + umlauts}) {
        const std::string shown = shown_tag(tag);
        EXPECT_LE(shown.size(), wire::longest::tag);
        EXPECT_GE(shown.size(), wire::longest::tag - 1);
        EXPECT_TRUE(is_utf8(shown));
    }
}

}  // namespace
}  // namespace boardgate::logdirs
