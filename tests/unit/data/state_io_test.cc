// SPDX-License-Identifier: MIT
#include "src/data/state_io.h"

#include <gtest/gtest.h>

namespace boardgate::data {
namespace {

TEST(StateReader, ABoolIsZeroOrOne) {
    for (const char byte : std::string_view("\0\1\2\x22\xFF", 5)) {
        StateReader reader(std::string_view(&byte, 1));
        bool value = true;
        reader.value(value);
        EXPECT_EQ(reader.good(), byte == 0 || byte == 1) << int{byte};
        EXPECT_EQ(value, byte == 1) << int{byte};
    }
}

TEST(StateReader, ReadsWhatWasWritten) {
    StateWriter writer;
    writer.value(true);
    writer.value(std::int64_t{-7});
    writer.text("loss");
    writer.values(std::vector<float>{0.5F, 0.25F});
    const std::string bytes = writer.take();
    StateReader reader(bytes);
    bool yes = false;
    std::int64_t number = 0;
    std::string text;
    std::vector<float> values;
    reader.value(yes);
    reader.value(number);
    reader.text(text);
    reader.values(values);
    EXPECT_TRUE(reader.complete());
    EXPECT_TRUE(yes);
    EXPECT_EQ(number, -7);
    EXPECT_EQ(text, "loss");
    EXPECT_EQ(values, (std::vector<float>{0.5F, 0.25F}));
}

}  // namespace
}  // namespace boardgate::data
