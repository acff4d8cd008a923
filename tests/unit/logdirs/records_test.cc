// SPDX-License-Identifier: MIT
#include "src/logdirs/records.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/logdirs/event_bytes.h"

namespace boardgate::logdirs {
namespace {

std::vector<std::string> all(std::string_view bytes, Records::Begins begins = Records::Begins::at_record) {
    std::vector<std::string> found;
    Records records(bytes, begins);
    while (const auto record = records.next()) found.emplace_back(*record);
    EXPECT_FALSE(records.next()) << "after the end comes nothing";
    return found;
}
using Strings = std::vector<std::string>;

TEST(Crc32c, IsTheOneOfTheStandard) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(""), 0U);
    // RFC 3720, appendix B.4.
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
}

TEST(Records, ComeOneAfterTheOther) {
    EXPECT_EQ(all(record_of("one") + record_of("") + record_of("three")), (Strings{"one", "", "three"}));
    EXPECT_EQ(all(recorded("training")).size(), 26U);
    EXPECT_EQ(all(""), Strings{});
}

TEST(Records, AHalfWrittenLastOneIsNotThereYet) {
    const std::string last = record_of("last");
    for (std::size_t size = 0; size < last.size(); ++size) {
        EXPECT_EQ(all(record_of("first") + last.substr(0, size)), Strings{"first"}) << size;
    }
}

TEST(Records, ABrokenLengthIsTheEndAsItIsForTensorBoard) {
    for (std::size_t at = 0; at < 12; ++at) {
        std::string broken = record_of("second");
        broken[at] = static_cast<char>(broken[at] ^ 0x10);
        EXPECT_EQ(all(record_of("first") + broken + record_of("third")), Strings{"first"}) << at;
    }
}

TEST(Records, OneWithBrokenDataIsPassedOver) {
    std::string broken = record_of("second");
    broken[14] = static_cast<char>(broken[14] ^ 1);
    EXPECT_EQ(all(record_of("first") + broken + record_of("third")), (Strings{"first", "third"}));
}

TEST(Records, ALengthBeyondEverythingIsTheEnd) {
    for (const std::uint64_t length : {std::uint64_t{100}, UINT64_MAX, UINT64_MAX - 15, std::uint64_t{1} << 63}) {
        const std::string text = little_endian(length, 8);
        EXPECT_EQ(all(text + little_endian(masked(crc32c(text)), 4) + "data and more data"), Strings{}) << length;
    }
}

TEST(Records, AreFoundFromAnywhere) {
    const std::string bytes = record_of(std::string(100, 'x')) + record_of("second") + record_of("third");
    EXPECT_EQ(all(std::string_view(bytes).substr(1), Records::Begins::anywhere), (Strings{"second", "third"}));
    EXPECT_EQ(all(std::string_view(bytes).substr(50), Records::Begins::anywhere), (Strings{"second", "third"}));
    EXPECT_EQ(all(bytes, Records::Begins::anywhere).size(), 3U);
    EXPECT_EQ(all(std::string(5000, '\0'), Records::Begins::anywhere), Strings{});
}

}  // namespace
}  // namespace boardgate::logdirs
