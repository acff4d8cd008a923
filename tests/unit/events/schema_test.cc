// SPDX-License-Identifier: MIT
#include "src/events/schema.h"

#include <gtest/gtest.h>

#include "tests/unit/events/event_bytes.h"

namespace boardgate::events {
namespace {

std::string tensor(const std::string& bytes) {
    EXPECT_TRUE(is_well_formed(bytes, Message::Tensor));
    return canonical(bytes, Message::Tensor);
}

TEST(Canonical, FieldsComeByNumberWithoutDefaults) {
    EXPECT_EQ(tensor(field(4, "content") + field(1, 7) + field(3, std::uint64_t{0})), field(1, 7) + field(4, "content"));
    EXPECT_EQ(tensor(field(1, 7) + field(1, 9)), field(1, 9)) << "the last counts";
    EXPECT_EQ(tensor(field(8, "a") + field(1, 1) + field(8, "")), field(1, 1) + field(8, "a") + field(8, ""));
    EXPECT_EQ(tensor(field(99, "unknown") + field(1, 1)), field(1, 1));
}

TEST(Canonical, NumbersArePacked) {
    EXPECT_EQ(tensor(float_field(5, 1) + field(5, little_endian(0x40000000, 4)) + float_field(5, 3)),
              field(5, little_endian(0x3F800000, 4) + little_endian(0x40000000, 4) + little_endian(0x40400000, 4)));
    EXPECT_EQ(tensor(field(7, 1) + field(7, varint(300) + varint(std::uint64_t{1} << 32))), field(7, varint(1) + varint(300) + varint(0)));
    EXPECT_EQ(tensor(field(11, 5)), field(11, varint(1)));
    EXPECT_EQ(tensor(field(6, "")), "");
    EXPECT_EQ(tensor(field(1, UINT64_MAX)), field(1, UINT64_MAX)) << "a negative number has ten bytes";
}

TEST(Canonical, PartsOfAMessageAreMergedAndAnEmptyOneStays) {
    EXPECT_EQ(tensor(field(2, field(2, field(1, 3))) + field(2, field(3, 1))), field(2, field(2, field(1, 3)) + field(3, 1)));
    EXPECT_EQ(tensor(field(2, "")), field(2, ""));
    EXPECT_EQ(tensor(field(15, field(3, field(4, "x") + field(1, 1)))), field(15, field(3, field(1, 1) + field(4, "x"))));
}

TEST(WellFormed, EndsAtTheDepthOfTensorBoardsParser) {
    const auto nested = [](int depth) {
        std::string bytes;
        for (int i = 0; i < depth; ++i) bytes = i % 2 == 0 ? field(15, bytes) : field(3, bytes);
        return bytes;
    };
    EXPECT_TRUE(is_well_formed(nested(99), Message::Tensor));
    EXPECT_FALSE(is_well_formed(nested(101), Message::Tensor));
}

TEST(WellFormed, ChecksEachField) {
    EXPECT_FALSE(is_well_formed(field(1, "7"), Message::Tensor));
    EXPECT_FALSE(is_well_formed(field(6, "1234567"), Message::Tensor));
    EXPECT_FALSE(is_well_formed(field(7, "\xFF"), Message::Tensor));
    EXPECT_FALSE(is_well_formed(field(14, field(1, "\xFF")), Message::Tensor));
    EXPECT_TRUE(is_well_formed(field(8, "\xFF"), Message::Tensor)) << "bytes may be anything";
}

}  // namespace
}  // namespace boardgate::events
