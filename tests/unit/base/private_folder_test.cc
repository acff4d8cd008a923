// SPDX-License-Identifier: MIT
#include "src/base/private_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate {
namespace {

using IfUnfinished = PrivateFolder::IfUnfinished;

struct PrivateFolderTest : testing::Test {
    fakes::TempFolder temporary;
    PrivateFolder folder = PrivateFolder::open_private(temporary.path(), "things").value();
};

TEST_F(PrivateFolderTest, WritesAFileWholeAndForItsOwnerAlone) {
    ASSERT_TRUE(folder.write("a", "old", IfUnfinished::fail));
    ASSERT_TRUE(folder.write("a", "new", IfUnfinished::fail));
    EXPECT_EQ(folder.read("a", 10).value(), "new");
    EXPECT_EQ(folder.read("a", 2).value(), "ne");
    EXPECT_EQ(temporary.count(), 1U);
    struct stat info {};
    ASSERT_EQ(stat((temporary / "a").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(PrivateFolderTest, AnUnfinishedFileIsReplacedOnlyOnRequest) {
    temporary.put("a.new", "of another writer");
    EXPECT_FALSE(folder.write("a", "x", IfUnfinished::fail));
    EXPECT_FALSE(temporary.has("a"));
    temporary.put("a.new", "left by a crash");
    EXPECT_TRUE(folder.write("a", "x", IfUnfinished::replace));
    EXPECT_EQ(folder.read("a", 10).value(), "x");
}

TEST_F(PrivateFolderTest, OverwritesWhatHasTheSameLength) {
    EXPECT_FALSE(folder.overwrite("a", "new"));
    EXPECT_FALSE(temporary.has("a"));
    temporary.put("a", "old");
    EXPECT_FALSE(folder.overwrite("a", "longer"));
    EXPECT_TRUE(folder.overwrite("a", "new"));
    EXPECT_EQ(temporary.get("a"), "new");
}

TEST_F(PrivateFolderTest, FollowsNoLink) {
    const fakes::TempFolder elsewhere;
    elsewhere.put("secret", "s");
    std::filesystem::create_symlink(elsewhere / "secret", temporary / "a");
    EXPECT_FALSE(folder.read("a", 10));
    std::filesystem::create_symlink(elsewhere / "secret", temporary / "b.new");
    EXPECT_FALSE(folder.write("b", "x", IfUnfinished::replace));
    EXPECT_EQ(elsewhere.get("secret"), "s");
}

TEST_F(PrivateFolderTest, NamesWhatIsThereAndRemovesIt) {
    EXPECT_EQ(folder.read("a", 10).error().sys, ENOENT);
    temporary.put("a", "");
    temporary.put(".hidden", "");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"a"});
    EXPECT_TRUE(folder.remove("a"));
    EXPECT_FALSE(folder.remove("a"));
    EXPECT_TRUE(folder.names().empty());
    EXPECT_EQ(folder.changed("a"), std::chrono::sys_seconds{});
}

TEST(PrivateFolder, MustBelongToItsUserAlone) {
    const fakes::TempFolder temporary;
    ASSERT_EQ(chmod(temporary.path().c_str(), 0750), 0);
    const auto opened = PrivateFolder::open_private(temporary.path(), "things");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().what, "other accounts can access the folder of things");
}

}  // namespace
}  // namespace boardgate
