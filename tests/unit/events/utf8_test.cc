// SPDX-License-Identifier: MIT
#include "src/events/utf8.h"

#include <gtest/gtest.h>

namespace boardgate::events {
namespace {

TEST(Utf8, IsWhatRustTakesForIt) {
    for (const char* good : {"", "a", "long enough for more than one word of eight",
                             "gr\xC3\xB6\xC3\x9F"
                             "e",
                             "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEE\x80\x80"})
        EXPECT_TRUE(is_unicode(good)) << good;
    EXPECT_TRUE(is_unicode(std::string_view("a\0b", 3)));
    for (const char* bad : {"\xFF", "\xC0\x80", "\xC3", "aaaaaaaaaaaaaaaa\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xF5\x80\x80\x80", "\xE2\x82"})
        EXPECT_FALSE(is_unicode(bad)) << bad;
}

TEST(Utf8, OtherBytesBecomeReplacementCharacters) {
    EXPECT_EQ(as_unicode("good"), "good");
    EXPECT_EQ(as_unicode("a\xFF"
                         "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(as_unicode("\xE2\x82"
                         "x"),
              "\xEF\xBF\xBDx")
        << "one for a sequence that is cut";
    EXPECT_EQ(as_unicode("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "one for each byte of a surrogate";
    EXPECT_EQ(as_unicode("\xF0\x9F\x98"), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace boardgate::events
