// SPDX-License-Identifier: MIT
#include "src/data/json_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace boardgate::data {
namespace {

TEST(JsonText, NumbersAreWrittenAsPythonWritesThem) {
    const std::pair<double, const char*> table[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {static_cast<double>(0.1F), "0.10000000149011612"},
        {1e15, "1000000000000000.0"},
        {9999999999999998.0, "9999999999999998.0"},
        {1e16, "1e+16"},
        {1.5e300, "1.5e+300"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {1.23e-7, "1.23e-07"},
        {static_cast<double>(std::numeric_limits<float>::denorm_min()), "1.401298464324817e-45"},
        {static_cast<double>(std::numeric_limits<float>::max()), "3.4028234663852886e+38"},
        {std::numeric_limits<double>::infinity(), "\"Infinity\""},
        {-std::numeric_limits<double>::infinity(), "\"-Infinity\""},
        {std::numeric_limits<double>::quiet_NaN(), "\"NaN\""},
        {1764504000.123456, "1764504000.123456"},
    };
    for (const auto& [number, text] : table) {
        std::string json;
        append_json_number(json, number);
        EXPECT_EQ(json, text);
    }
}

TEST(JsonText, TextsAreAscii) {
    std::string json;
    append_json_text(json, "a\"\\/\b\f\n\r\t\x01\x7f\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    EXPECT_EQ(json, R"("a\"\\/\b\f\n\r\t\u0001\u007f\u00e9\u20ac\ud83d\ude00")");
    JsonReader reader(json);
    std::string text;
    EXPECT_TRUE(reader.take_text(text) && reader.ended());
    EXPECT_EQ(text, "a\"\\/\b\f\n\r\t\x01\x7f\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

}  // namespace
}  // namespace boardgate::data
