// SPDX-License-Identifier: MIT
#include "src/base/unit_word.h"

#include <gtest/gtest.h>

namespace boardgate {
namespace {

TEST(UnitWord, HasNothingThatSystemdReadsInAnotherWay) {
    EXPECT_EQ(to_unit_word("--logdir=/a,b %n $HOME; \\x24"), "--logdir=/a,b %n \\x24HOME\\x3b \\x5cx24");
    for (const char c : {'$', ';'}) EXPECT_EQ(to_unit_word(std::string(3, c)).find(c), std::string::npos);
}

TEST(UnitWord, GivesTheTextBack) {
    for (const char* text : {"", "--title=größe", "/a$b;c\\d", "\\x24", "\\\\", "$$;;", "'\"` %%"}) {
        EXPECT_EQ(from_unit_word(to_unit_word(text)).value(), text);
    }
}

TEST(UnitWord, RefusesOtherEscapes) {
    for (const char* word : {"\\", "a\\", "\\x41", "\\x2", "\\X24", "\\$"}) EXPECT_FALSE(from_unit_word(word)) << word;
}

}  // namespace
}  // namespace boardgate
