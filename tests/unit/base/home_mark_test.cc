// SPDX-License-Identifier: MIT
#include "src/base/home_mark.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fakes/temp_folder.h"

namespace boardgate {
namespace {

HomeMark mark(const char* text) { return HomeMark::parse(text).value(); }

TEST(HomeMark, IsThatOfAFolderOfTheOwner) {
    const fakes::TempFolder folder;
    const auto here = HomeMark::of(folder.path(), geteuid());
    ASSERT_TRUE(here);
    EXPECT_TRUE(HomeMark::parse(here->str())) << here->str();
    EXPECT_EQ(HomeMark::of(folder.path(), geteuid() + 1), std::nullopt) << "a mount point without its file system is root's";
    EXPECT_EQ(HomeMark::of(folder / "missing", geteuid()), std::nullopt);
    folder.put("file", "");
    EXPECT_EQ(HomeMark::of(folder / "file", geteuid()), std::nullopt);
}

TEST(HomeMark, StaysWithTheFolderAndNotWithItsPath) {
    const fakes::TempFolder folder;
    const std::string home = folder / "home";
    ASSERT_EQ(mkdir(home.c_str(), 0700), 0);
    const auto before = HomeMark::of(home, geteuid());
    ASSERT_TRUE(before);
    ASSERT_EQ(rename(home.c_str(), (folder / "moved").c_str()), 0);
    ASSERT_EQ(mkdir(home.c_str(), 0700), 0);
    EXPECT_TRUE(HomeMark::of(folder / "moved", geteuid())->is_same_home(*before));
    EXPECT_FALSE(HomeMark::of(home, geteuid())->is_same_home(*before));
}

TEST(HomeMark, WithoutABirthTimeTheInodeDecides) {
    EXPECT_TRUE(mark("12:1.000000001").is_same_home(mark("12:1.000000001")));
    EXPECT_FALSE(mark("12:1.000000001").is_same_home(mark("12:1.000000002")));
    EXPECT_FALSE(mark("12:1.000000001").is_same_home(mark("13:1.000000001")));
    EXPECT_TRUE(mark("12").is_same_home(mark("12:1.000000001")));
    EXPECT_TRUE(mark("12:1.000000001").is_same_home(mark("12")));
    EXPECT_FALSE(mark("1").is_same_home(mark("12:1.000000001")));
}

TEST(HomeMark, NothingElseIsOne) {
    for (const char* text : {"", "x", "12:a", "12 ", ":1", "-1", "12%n"}) EXPECT_FALSE(HomeMark::parse(text)) << text;
    EXPECT_FALSE(HomeMark::parse(std::string(HomeMark::longest + 1, '1')));
}

}  // namespace
}  // namespace boardgate
