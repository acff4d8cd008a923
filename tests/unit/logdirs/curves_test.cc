// SPDX-License-Identifier: MIT
#include "src/logdirs/curves.h"

#include <gtest/gtest.h>

#include "src/base/names.h"

#include "tests/unit/events/event_bytes.h"

namespace boardgate::logdirs {
namespace {

using events::Form;
using events::Value;

Value simple(std::string_view tag, double value) { return {.tag = tag, .form = Form::simple, .simple = static_cast<float>(value)}; }
const std::string a_float = events::field(1, 1) + events::float_field(5, 2);
/// Of one float.
Value tensor(std::string_view tag, std::string_view metadata = {}) {
    return {.tag = tag, .form = Form::tensor, .bytes = a_float, .has_metadata = !metadata.empty(), .metadata = metadata};
}
std::string plugin(const std::string& name) { return events::field(1, events::field(1, name)); }

std::vector<std::string> tags_of(const Curves& curves) {
    std::vector<std::string> tags;
    for (const wire::Curve& curve : curves.all()) tags.push_back(curve.tag);
    tags.resize(std::min<std::size_t>(tags.size(), 2));  // what a row shows
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
    const auto points = curves.all()[0].points;
    ASSERT_EQ(points.size(), wire::longest::points);
    EXPECT_EQ(points.front().step, 0);
    EXPECT_EQ(points.back().step, 99'999);
    for (std::size_t i = 1; i < points.size(); ++i) {
        EXPECT_GT(points[i].step, points[i - 1].step);
        EXPECT_LT(points[i].step - points[i - 1].step, 100'000 / 32);
    }
}

TEST(Curves, AStepThatGoesBackDropsWhatLiesBeyond) {
    Curves curves;
    for (int step = 0; step <= 1000; step += 10) curves.add(step, simple("loss", 1));
    for (int step = 500; step <= 700; step += 10) curves.add(step, simple("loss", 2));
    EXPECT_EQ(curves.last_step(), 700);
    const auto points = curves.all()[0].points;
    EXPECT_EQ(points.back().step, 700);
    EXPECT_EQ(points.back().value, 2);
    for (std::size_t i = 1; i < points.size(); ++i) EXPECT_GT(points[i].step, points[i - 1].step);
    for (const wire::Point& point : points) EXPECT_EQ(point.value, point.step < 500 ? 1 : 2) << point.step;
}

TEST(Curves, ATagThatWasNotWrittenAgainKeepsItsPoints) {
    Curves curves;
    curves.add(1000, simple("eval", 1));
    curves.add(1000, simple("loss", 1));
    curves.add(500, simple("loss", 1));
    EXPECT_EQ(curves.last_step(), 1000) << "TensorBoard shows eval up to there";
}

TEST(Curves, StepsBeyondTheRangeOfTheWriterGoBack) {
    Curves curves;
    curves.add(2'000'000'000, simple("loss", 1));
    curves.add(-1'600'000'000, simple("loss", 1));
    EXPECT_EQ(curves.last_step(), -1'600'000'000);
    EXPECT_EQ(curves.all()[0].points.size(), 1U);
}

TEST(Curves, TensorsOfOtherPluginsAreNone) {
    const std::string histograms = plugin("histograms"), text = plugin("text"), scalars = plugin("scalars");
    Curves curves;
    curves.add(0, tensor("buckets", histograms));
    curves.add(1, tensor("buckets"));
    curves.add(0, tensor("text", text));
    curves.add(0, tensor("scalar", scalars));
    curves.add(1, tensor("scalar"));
    EXPECT_EQ(tags_of(curves), Strings{"scalar"});
    EXPECT_EQ(curves.all()[0].points.size(), 2U);
}

TEST(Curves, WhatTensorBoardDoesNotShowCountsNothing) {
    const std::string scalars = plugin("scalars");
    const std::string a_double = events::field(1, 2) + events::double_field(6, 2);
    Curves curves;
    curves.add(9, tensor("unsaid"));
    EXPECT_TRUE(curves.all().empty());
    EXPECT_FALSE(curves.last_step());
    Value value = tensor("double", scalars);
    value.bytes = a_double;
    curves.add(9, value);
    EXPECT_TRUE(curves.all().empty());
    EXPECT_FALSE(curves.last_step());
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
