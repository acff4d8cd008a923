// SPDX-License-Identifier: MIT
#include "src/logdirs/event.h"

#include <gtest/gtest.h>

#include <map>

#include "src/logdirs/protobuf.h"

#include "tests/unit/logdirs/event_bytes.h"

namespace boardgate::logdirs {
namespace {

struct Read {
    std::optional<std::int64_t> step;
    std::map<std::string, std::optional<double>> values;
    std::map<std::string, std::string> plugins;
};

Read read(const std::string& event) {
    Read all;
    all.step = read_event(event, [&](std::int64_t, const SummaryValue& value) {
        all.values[std::string(value.tag)] = value.value;
        all.plugins[std::string(value.tag)] = value.plugin;
    });
    return all;
}

/// An event with one tensor of these fields.
std::string tensor_event(const std::string& tensor) { return field(5, field(1, field(1, "t") + field(8, tensor))); }
std::optional<double> tensor_value(const std::string& tensor) { return read(tensor_event(tensor)).values["t"]; }
const std::string is_float = field(1, 1), is_double = field(1, 2), is_string = field(1, 7);
const std::string half = little_endian(std::bit_cast<std::uint32_t>(0.5F), 4);

TEST(Event, GivesSimpleValuesWithTheirStep) {
    const Read event = read(scalar_event(12, "loss", 0.25F));
    EXPECT_EQ(event.step, 12);
    EXPECT_EQ(event.values.at("loss"), 0.25);
}

TEST(Event, OrderOfFieldsDoesNotMatter) {
    std::vector<std::int64_t> steps;
    (void)read_event(field(5, field(1, float_field(2, 1) + field(1, "a"))) + field(2, 9),
                     [&](std::int64_t step, const SummaryValue& value) {
                         steps.push_back(step);
                         EXPECT_EQ(value.tag, "a");
                     });
    EXPECT_EQ(steps, std::vector<std::int64_t>{9});
}

TEST(Event, StepsMayBeNegativeAsProtocolBuffersWriteThem) { EXPECT_EQ(read(scalar_event(-5, "a", 0)).step, -5); }

TEST(Event, WithoutSummaryHasNoStep) {
    EXPECT_FALSE(read(field(3, "brain.Event:2")).step);
    EXPECT_FALSE(read("").step);
}

TEST(Event, TakesATensorOfOneNumberHoweverItIsWritten) {
    EXPECT_EQ(tensor_value(is_float + field(4, half)), 0.5);
    EXPECT_EQ(tensor_value(is_float + field(5, half)), 0.5) << "packed";
    EXPECT_EQ(tensor_value(is_float + float_field(5, 0.5F)), 0.5);
    EXPECT_EQ(tensor_value(is_double + field(4, little_endian(std::bit_cast<std::uint64_t>(0.1), 8))), 0.1);
    EXPECT_EQ(tensor_value(is_double + field(6, little_endian(std::bit_cast<std::uint64_t>(0.1), 8))), 0.1);
}

TEST(Event, TakesNoOtherTensor) {
    EXPECT_FALSE(tensor_value(is_float + field(4, half + half)));
    EXPECT_FALSE(tensor_value(is_float + field(5, half + half)));
    EXPECT_FALSE(tensor_value(is_float + float_field(5, 1) + float_field(5, 2)));
    EXPECT_FALSE(tensor_value(is_float));
    EXPECT_FALSE(tensor_value(is_string + field(8, "0.5")));
    EXPECT_FALSE(tensor_value(is_double + field(4, half)));
    EXPECT_FALSE(tensor_value(""));
}

TEST(Event, TellsThePluginOfAValue) {
    const std::string metadata = field(9, field(1, field(1, "histograms")));
    EXPECT_EQ(read(field(5, field(1, field(1, "h") + metadata))).plugins.at("h"), "histograms");
}

TEST(Event, IsReadAsFarAsItGoes) {
    const std::string event = scalar_event(12, "loss", 0.25F);
    for (std::size_t size = 0; size < event.size(); ++size) {
        const Read part = read(event.substr(0, size));
        EXPECT_TRUE(part.values.empty()) << size;
    }
}

TEST(Fields, EndAtWhatIsNoField) {
    for (const std::string& bytes : {std::string("\xFF", 1), std::string(11, '\xFF'), std::string("\x0B"), std::string("\x0C"),
                                     std::string("\x0D\1\2\3", 4), std::string("\x09\1\2\3\4\5\6\7", 8),
                                     std::string("\x0A\x05"
                                                 "1234"),
                                     std::string("\x0A") + varint(UINT64_MAX), varint(std::uint64_t{1} << 32) + "\1"}) {
        Fields fields(bytes);
        EXPECT_FALSE(fields.next()) << testing::PrintToString(bytes);
    }
}

}  // namespace
}  // namespace boardgate::logdirs
