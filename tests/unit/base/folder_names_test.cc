// SPDX-License-Identifier: MIT
#include "src/base/folder_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boardgate {
namespace {

using testing::ElementsAre;

TEST(FolderNames, AreTheLastComponentWhereThatIsEnough) {
    EXPECT_THAT(names_apart({"/home/a/cnn", "/home/a/rnn/"}), ElementsAre("cnn", "rnn"));
}

TEST(FolderNames, AreAsMuchAsTellsThemApart) {
    EXPECT_THAT(names_apart({"/home/a/x/runs", "/home/a/y/runs", "/home/a/other"}), ElementsAre("x-runs", "y-runs", "other"));
}

TEST(FolderNames, AreNumberedWhereNothingTellsThemApart) {
    EXPECT_THAT(names_apart({"/a/runs", "/a/runs"}), ElementsAre("runs", "runs-2"));
    EXPECT_THAT(names_apart({"/x/a/b", "/x/a-b", "/y/b"}), ElementsAre("a-b", "a-b-2", "y-b"));
    EXPECT_THAT(names_apart({"/", "/a"}), ElementsAre("root", "a"));
}

TEST(FolderNames, OfFoldersThatWereThereStay) {
    EXPECT_THAT(names_apart({"/x/runs", "/y/other", "/z/runs"}, {"runs", "other", ""}), ElementsAre("runs", "other", "z-runs"));
    EXPECT_THAT(names_apart({"/x/a", "/y/b"}, {"", "a"}), ElementsAre("a-2", "a"));
    EXPECT_THAT(names_apart({"/x/a", "/y/b"}, {"same", "same"}), ElementsAre("same", "b"));
}

TEST(FolderNames, FitIntoAFolder) {
    const std::string deep = "/a/" + std::string(200, 'b') + "/" + std::string(200, 'c');
    for (const std::string& name : names_apart({deep, "/x" + deep.substr(2), deep})) EXPECT_TRUE(is_folder_name(name)) << name;
    for (const char* none : {"", ".", "..", "a/b", "a\nb", "\xff"}) EXPECT_FALSE(is_folder_name(none)) << none;
    EXPECT_FALSE(is_folder_name(std::string(256, 'a')));
}

}  // namespace
}  // namespace boardgate
