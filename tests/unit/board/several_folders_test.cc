// SPDX-License-Identifier: MIT
#include "src/board/several_folders.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

std::vector<LogDir> paths(const std::vector<std::string>& texts) {
    std::vector<LogDir> folders;
    for (const std::string& text : texts) folders.push_back(*LogDir::parse(text));
    return folders;
}

TEST(SeveralFolders, AreLinkedFromOneFolderAlsoBeforeTheyExist) {
    const fakes::TempFolder folder;
    std::filesystem::create_directories(folder.path() + "/a,b");
    const auto linked = link_folders(paths({folder.path() + "/a,b", folder.path() + "/later"}), {"", "second"}, folder.path());
    ASSERT_TRUE(linked) << linked.error().text();
    EXPECT_EQ(std::filesystem::read_symlink(linked->logdir.str() + "/a,b"), folder.path() + "/a,b");
    EXPECT_EQ(std::filesystem::read_symlink(linked->logdir.str() + "/second"), folder.path() + "/later");
    EXPECT_EQ(std::filesystem::read_symlink(linked->files.str() + "/second"), folder.path() + "/later");
    EXPECT_EQ(linked->first.str(), linked->files.str());
    EXPECT_FALSE(link_folders(paths({"/a"}), {}, folder.path())) << "a folder that is there already is not taken over";
}

TEST(SeveralFolders, AreNoneForOneWhichIsALinkSoThatItsPathIsInNoCommandLine) {
    const fakes::TempFolder folder;
    const auto linked = link_folders(paths({"/home/alice/secret"}), {}, folder.path());
    ASSERT_TRUE(linked) << linked.error().text();
    EXPECT_EQ(linked->logdir.str(), folder.path() + "/runs");
    EXPECT_EQ(std::filesystem::read_symlink(linked->logdir.str()), "/home/alice/secret");
    EXPECT_EQ(std::filesystem::read_symlink(linked->files.str()), "/home/alice/secret");
    EXPECT_EQ(linked->first.str(), linked->files.str());
}

TEST(SeveralFolders, ARunIsCalledByItsName) {
    const fakes::TempFolder folder;
    const std::string run = folder.path() + "/night";
    std::filesystem::create_directories(run + "/tfevents");
    EXPECT_EQ(link_folders(paths({run}), {}, folder.path())->first.str(), folder.path() + "/files") << "a folder is no event file";
    std::filesystem::remove(folder.path() + "/runs");
    std::filesystem::remove(folder.path() + "/files");
    std::ofstream(run + "/events.out.tfevents.1") << "x";
    const auto linked = link_folders(paths({run}), {}, folder.path());
    ASSERT_TRUE(linked) << linked.error().text();
    EXPECT_EQ(linked->logdir.str(), folder.path() + "/runs") << "the name is in no command line";
    EXPECT_EQ(linked->first.str(), folder.path() + "/files/night");
    EXPECT_EQ(std::filesystem::read_symlink(linked->first.str()), run);
}

}  // namespace
}  // namespace boardgate::board
