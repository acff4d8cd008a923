// SPDX-License-Identifier: MIT
#include "src/base/exec_argument.h"

#include <gtest/gtest.h>

namespace boardgate {
namespace {

TEST(UnitWord, HasNothingThatSystemdReadsInAnotherWay) {
    EXPECT_EQ(escape_exec_argument("--logdir=/a,b %n $HOME; \\x24"), "--logdir=/a,b %n \\x24HOME\\x3b \\x5cx24");
    for (const char c : {'$', ';'}) EXPECT_EQ(escape_exec_argument(std::string(3, c)).find(c), std::string::npos);
}

TEST(UnitWord, GivesTheTextBack) {
    for (const char* text : {"", "--title=größe", "/a$b;c\\d", "\\x24", "\\\\", "$$;;", "'\"` %%"}) {
        EXPECT_EQ(unescape_exec_argument(escape_exec_argument(text)).value(), text);
    }
}

TEST(UnitWord, RefusesWhatItCannotHaveWritten) {
    for (const char* word : {"\\", "a\\", "\\x41", "\\x2", "\\X24", "\\$", "$HOME", "a;b"})
        EXPECT_FALSE(unescape_exec_argument(word)) << word;
}

}  // namespace
}  // namespace boardgate
