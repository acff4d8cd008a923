// SPDX-License-Identifier: MIT
#include "src/board/several_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

using testing::ElementsAre;

std::vector<LogDir> paths(const std::vector<std::string>& texts) {
    std::vector<LogDir> folders;
    for (const std::string& text : texts) folders.push_back(*LogDir::parse(text));
    return folders;
}

TEST(SeveralFolders, AreNamedByTheirLastComponentWhereThatIsEnough) {
    EXPECT_THAT(names_apart(paths({"/home/a/cnn", "/home/a/rnn/"})), ElementsAre("cnn", "rnn"));
}

TEST(SeveralFolders, AreNamedByAsMuchAsTellsThemApart) {
    EXPECT_THAT(names_apart(paths({"/home/a/x/runs", "/home/a/y/runs", "/home/a/other"})), ElementsAre("x-runs", "y-runs", "other"));
}

TEST(SeveralFolders, AreNumberedWhereNothingTellsThemApart) {
    EXPECT_THAT(names_apart(paths({"/a/runs", "/a/runs"})), ElementsAre("runs", "runs-2"));
    EXPECT_THAT(names_apart(paths({"/x/a/b", "/x/a-b", "/y/b"})), ElementsAre("a-b", "a-b-2", "y-b"));
    EXPECT_THAT(names_apart(paths({"/", "/a"})), ElementsAre("root", "a"));
}

TEST(SeveralFolders, NamesFitIntoAFolder) {
    const std::string deep = "/a/" + std::string(200, 'b') + "/" + std::string(200, 'c');
    for (const std::string& name : names_apart(paths({deep, "/x" + deep.substr(2), deep}))) EXPECT_LE(name.size(), 255U);
}

TEST(SeveralFolders, AreLinkedFromOneFolderAlsoBeforeTheyExist) {
    const fakes::TempFolder folder;
    std::filesystem::create_directories(folder.path() + "/a,b");
    const auto linked = link_folders(paths({folder.path() + "/a,b", folder.path() + "/later"}), folder.path());
    ASSERT_TRUE(linked) << linked.error().text();
    EXPECT_EQ(std::filesystem::read_symlink(linked->str() + "/a,b"), folder.path() + "/a,b");
    EXPECT_EQ(std::filesystem::read_symlink(linked->str() + "/later"), folder.path() + "/later");
    EXPECT_FALSE(link_folders(paths({"/a"}), folder.path())) << "a folder that is there already is not taken over";
}

}  // namespace
}  // namespace boardgate::board
