// SPDX-License-Identifier: MIT
#include "src/events/record_window.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/events/event_bytes.h"
#include "tests/unit/events/open_file.h"

namespace boardgate::events {
namespace {

struct All {
    std::vector<std::string> records;
    RecordWindow::Found end = RecordWindow::Found::record;
};

All all(std::string_view bytes, std::uint64_t from = 0) {
    All found;
    const Fd fd = open_file(bytes);
    RecordWindow window;
    window.open(fd.get(), from);
    while ((found.end = window.next()) == RecordWindow::Found::record) {
        if (Loader* loader = window.loader(); loader != nullptr) loader->need(window.data());
        found.records.emplace_back(window.data());
        window.pass();
    }
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

TEST(Crc32c, IsTheSameWithoutTheProcessorsInstruction) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        bytes += static_cast<char>(i * 37);
        EXPECT_EQ(crc32c(bytes), crc32c_by_tables(bytes)) << i;
    }
}

TEST(Records, ComeOneAfterTheOther) {
    EXPECT_EQ(all(record_of("one") + record_of("") + record_of("three")).records, (Strings{"one", "", "three"}));
    EXPECT_EQ(all(recorded("training")).records.size(), 26U);
    EXPECT_EQ(all("").records, Strings{});
    EXPECT_EQ(all("").end, RecordWindow::Found::cut);
}

TEST(Records, ShortAndLongOnesComeWhole) {
    Strings written;
    std::string bytes;
    for (const std::size_t size : {10, 16384, 16385, 3, 300000, 1000000, 4096, 100, 262144, 5}) {
        written.emplace_back(size, static_cast<char>('a' + written.size()));
        bytes += record_of(written.back());
    }
    EXPECT_EQ(all(bytes).records, written);
}

TEST(Records, OfALongOneOnlyWhatIsNeededIsRead) {
    const std::string long_one(10 << 20, 'x');
    const Fd fd = open_file(record_of(long_one) + record_of("behind"));
    RecordWindow window;
    window.open(fd.get(), 0);
    ASSERT_EQ(window.next(), RecordWindow::Found::record);
    ASSERT_EQ(window.data().size(), long_one.size());
    Loader* loader = window.loader();
    ASSERT_NE(loader, nullptr);
    loader->need(window.data().substr(5 << 20, 10));
    EXPECT_EQ(window.data().substr(5 << 20, 10), "xxxxxxxxxx");
    EXPECT_TRUE(window.data()[0] == 0) << "nobody asked for it";
    window.pass();
    ASSERT_EQ(window.next(), RecordWindow::Found::record);
    EXPECT_EQ(window.data(), "behind");
    EXPECT_LT(window.bytes_read(), 20000U);
}

TEST(Records, AHalfWrittenLastOneIsNotThereYet) {
    for (const std::string& data : {std::string("last"), std::string(20000, 'l')}) {
        const std::string last = record_of(data);
        for (std::size_t size = 0; size < last.size(); size += 1 + size / 7) {
            const All found = all(record_of("first") + last.substr(0, size));
            EXPECT_EQ(found.records, Strings{"first"}) << size;
            EXPECT_EQ(found.end, RecordWindow::Found::cut) << size;
        }
    }
}

TEST(Records, ABrokenLengthIsTheEndAsItIsForTensorBoard) {
    for (std::size_t at = 0; at < 12; ++at) {
        std::string broken = record_of("second");
        broken[at] = static_cast<char>(broken[at] ^ 0x10);
        const All found = all(record_of("first") + broken + record_of("third"));
        EXPECT_EQ(found.records, Strings{"first"}) << at;
        EXPECT_EQ(found.end, RecordWindow::Found::damaged) << at;
    }
}

TEST(Records, ChecksumsOfDataAreAnswered) {
    for (const std::size_t size : {20, 20000}) {
        std::string bytes = record_of(std::string(size, 'd'));
        for (const bool good : {true, false}) {
            if (!good) bytes[14] ^= 1;
            const Fd fd = open_file(bytes);
            RecordWindow window;
            window.open(fd.get(), 0);
            ASSERT_EQ(window.next(), RecordWindow::Found::record);
            EXPECT_EQ(window.is_checked(), good) << size;
        }
    }
}

TEST(Records, ALengthBeyondEverythingIsNotThereYet) {
    for (const std::uint64_t length : {std::uint64_t{100}, UINT64_MAX, UINT64_MAX - 15, std::uint64_t{1} << 63}) {
        const std::string text = little_endian(length, 8);
        const All found = all(text + little_endian(masked(crc32c(text)), 4) + "data and more data");
        EXPECT_EQ(found.records, Strings{}) << length;
        EXPECT_EQ(found.end, RecordWindow::Found::cut) << length;
    }
}

TEST(Records, AreFoundFromAnywhere) {
    const std::string bytes = record_of(std::string(100, 'x')) + record_of("second") + record_of("third");
    const auto first_from = [&](std::uint64_t from) {
        const Fd fd = open_file(bytes);
        RecordWindow window;
        window.open(fd.get(), 0);
        return window.seek_record(from, bytes.size()) ? window.offset() : 0;
    };
    EXPECT_EQ(first_from(1), 116U);
    EXPECT_EQ(first_from(50), 116U);
    EXPECT_EQ(first_from(117), 138U);
    EXPECT_EQ(first_from(139), 0U);
    const Fd zeros = open_file(std::string(5000, '\0'));
    RecordWindow window;
    window.open(zeros.get(), 0);
    EXPECT_FALSE(window.seek_record(0, 5000));
}

}  // namespace
}  // namespace boardgate::events
