// SPDX-License-Identifier: MIT
#include "src/events/event.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/events/both_ways.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::events {
namespace {

struct Decoded {
    EventDecoder decoder;
    const Event* event;
    std::string bytes;
    explicit Decoded(std::string record) : bytes(std::move(record)) { event = decoder.decode(bytes); }
    [[nodiscard]] const Value& only() const {
        if (event == nullptr || event->values.size() != 1) throw std::runtime_error("not one value");
        return event->values.front();
    }
};

std::string summary(const std::string& value) { return field(5, field(1, value)); }
bool is_event(const std::string& bytes) { return Decoded(bytes).event != nullptr; }

TEST(Event, GivesSimpleValuesWithTheirStepAndTime) {
    const Decoded decoded(double_field(1, 1.5) + scalar_event(12, "loss", 0.25F));
    ASSERT_NE(decoded.event, nullptr);
    EXPECT_EQ(decoded.event->step, 12);
    EXPECT_EQ(decoded.event->wall_time, 1.5);
    EXPECT_EQ(decoded.only().tag, "loss");
    EXPECT_EQ(decoded.only().form, Form::simple);
    EXPECT_EQ(decoded.only().simple, 0.25F);
}

/// Each byte with each value, each cut, and each byte put in once more, one after the other through the same decoder.
TEST(Event, OneScalarIsDecodedAsFieldByField) {
    EventDecoder decoder;
    EventDecoder by_fields;
    const std::string record = double_field(1, 1.5) + scalar_event(300, "l\xC3\xB6ss", 0.25F);
    for (std::size_t at = 0; at < record.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = record;
            changed[at] = static_cast<char>(byte);
            EXPECT_TRUE(both_ways_agree(decoder, by_fields, changed)) << "byte " << at << " is " << byte;
        }
        EXPECT_TRUE(both_ways_agree(decoder, by_fields, record.substr(0, at))) << "cut at " << at;
        EXPECT_TRUE(both_ways_agree(decoder, by_fields, record.substr(0, at) + record[at] + record.substr(at)))
            << "byte " << at << " twice";
    }
    for (const std::string& other :
         {scalar_event(1, "a", 1), record + record, record + field(3, "x"), field(3, "x") + record,
          double_field(1, NAN) + scalar_event(1, "a", 1), double_field(1, 1) + field(5, field(1, field(1, "a") + float_field(2, 1)))})
        EXPECT_TRUE(both_ways_agree(decoder, by_fields, other));
}

TEST(Event, OrderOfFieldsDoesNotMatter) {
    const Decoded decoded(field(5, field(1, float_field(2, 1) + field(1, "a"))) + field(2, 9));
    EXPECT_EQ(decoded.event->step, 9);
    EXPECT_EQ(decoded.only().tag, "a");
}

TEST(Event, StepsMayBeNegativeAsProtocolBuffersWriteThem) { EXPECT_EQ(Decoded(scalar_event(-5, "a", 0)).event->step, -5); }

TEST(Event, OfFieldsThatExcludeEachOtherTheLastCounts) {
    EXPECT_EQ(Decoded(field(4, "graph") + scalar_event(1, "a", 0)).only().tag, "a");
    EXPECT_EQ(Decoded(scalar_event(1, "a", 0) + field(4, "graph")).only().form, Form::graph);
    EXPECT_EQ(Decoded(scalar_event(1, "a", 0) + field(3, "brain.Event:2")).event->values.size(), 0U);
    EXPECT_EQ(Decoded(scalar_event(1, "a", 0) + scalar_event(1, "b", 0)).event->values.size(), 2U) << "merged";
    EXPECT_EQ(Decoded(summary(float_field(2, 1) + field(8, field(1, 7)))).only().form, Form::tensor);
    EXPECT_EQ(Decoded(summary(field(8, field(1, 7)) + float_field(2, 1))).only().form, Form::simple);
}

TEST(Event, PartsOfAMessageAreMerged) {
    const Decoded tensor(summary(field(8, field(1, 7)) + field(8, field(3, 2)) + field(9, field(2, "x")) + field(9, field(3, "y"))));
    EXPECT_EQ(tensor.only().bytes, field(1, 7) + field(3, 2));
    EXPECT_EQ(tensor.only().metadata, field(2, "x") + field(3, "y"));
    const Decoded metadata(field(8, field(1, "tag")) + field(8, field(2, "bytes")));
    EXPECT_EQ(metadata.only().tag, "tag");
    EXPECT_EQ(metadata.only().bytes, "bytes");
    EXPECT_EQ(metadata.only().form, Form::run_metadata);
}

TEST(Event, IsNoneWhereTensorBoardsParserRefusesIt) {
    const std::string good = scalar_event(12, "loss", 0.25F);
    ASSERT_TRUE(is_event(good));
    EXPECT_TRUE(is_event(""));
    EXPECT_FALSE(is_event(good + "\x08")) << "a cut field";
    EXPECT_FALSE(is_event(summary(field(1, "\xFF")))) << "a tag that is no UTF-8";
    EXPECT_TRUE(is_event(summary(field(1, std::string("a\0b", 3))))) << "a tag with a zero";
    EXPECT_FALSE(is_event(field(2, "text"))) << "a step that is a text";
    EXPECT_FALSE(is_event(summary(field(2, 5)))) << "a simple value that is no float";
    EXPECT_FALSE(is_event(summary(field(8, field(2, field(2, field(2, "\xC3"))))))) << "inside a tensor";
    EXPECT_FALSE(is_event(summary(field(8, field(5, "12345"))))) << "numbers that are cut";
    EXPECT_FALSE(is_event(summary(field(9, field(1, field(1, "\xFF")))))) << "inside metadata";
    EXPECT_FALSE(is_event(field(10, field(1, "\xFF")))) << "who wrote it";
    EXPECT_FALSE(is_event(double_field(1, NAN)));
    EXPECT_TRUE(is_event(double_field(1, INFINITY))) << "it is dropped and reading goes on";
    EXPECT_TRUE(is_event(field(77, "unknown") + good));
}

TEST(Event, IsNoneWhereItIsCut) {
    const std::string event = scalar_event(12, "loss", 0.25F);
    EXPECT_FALSE(is_event(event.substr(0, event.size() - 1)));
    EXPECT_TRUE(is_event(event.substr(0, 2))) << "between two fields";
}

TEST(Fields, EndAtWhatIsNoField) {
    for (const std::string& bytes : {std::string("\xFF", 1), std::string(11, '\xFF'), std::string("\x0C"), std::string("\x0E\1"),
                                     std::string("\x0D\1\2\3", 4), std::string("\x09\1\2\3\4\5\6\7", 8), std::string("\x00\1", 2),
                                     std::string("\x0A\x05"
                                                 "1234"),
                                     std::string("\x08") + std::string(9, '\xFF') + "\x02", std::string("\x0A") + varint(UINT64_MAX),
                                     varint(std::uint64_t{1} << 32) + "\1"}) {
        Fields fields(bytes);
        EXPECT_FALSE(fields.next()) << testing::PrintToString(bytes);
        EXPECT_FALSE(fields.complete()) << testing::PrintToString(bytes);
    }
    Fields empty("");
    EXPECT_FALSE(empty.next());
    EXPECT_TRUE(empty.complete());
}

TEST(Fields, AGroupIsOneField) {
    const std::string group = std::string("\x0B") + field(3, 1) + std::string("\x13\x14\x0C");
    const std::string both = group + field(2, 7);
    Fields again(both);
    ASSERT_TRUE(again.next());
    EXPECT_TRUE(again.is(1, Fields::Kind::group));
    ASSERT_TRUE(again.next());
    EXPECT_TRUE(again.is(2, Fields::Kind::varint));
    const std::string other_end = std::string("\x0B") + field(3, 1) + "\x14";
    Fields wrong(other_end);
    EXPECT_FALSE(wrong.next());
    const std::string deep(Fields::deepest + 1, '\x0B');
    Fields endless(deep);
    EXPECT_FALSE(endless.next());
}

}  // namespace
}  // namespace boardgate::events
