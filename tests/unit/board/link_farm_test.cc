// SPDX-License-Identifier: MIT
#include "src/board/link_farm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

struct LinkFarmTest : testing::Test {
    fakes::TempFolder logs, own;
    std::string real = own / "files", shown = own / "runs";
    LinkFarm farm{shown, real};

    LinkFarmTest() {
        for (const char* run : {"/a", "/b", "/b/c", "/b-c"}) {
            fs::create_directory(logs.path() + run);
            logs.put(run + std::string("/tfevents.1"), run);
        }
        fs::create_directory_symlink(logs.path(), real);
        fs::create_directory_symlink(logs.path(), shown);
    }
    [[nodiscard]] bool replace(const Strings& files, const Strings& circles = {}) {
        Strings paths, links;
        for (const std::string& file : files) paths.push_back(real + '/' + file);
        for (const std::string& link : circles) links.push_back(real + '/' + link);
        return farm.update(paths, links);
    }
    /// Names in a folder that is shown, with `@` behind those that are links.
    [[nodiscard]] Strings names(const std::string& folder = "") const {
        Strings found;
        for (const auto& entry : fs::directory_iterator(shown + folder))
            found.push_back(entry.path().filename().string() + (entry.is_symlink() ? "@" : ""));
        std::sort(found.begin(), found.end());
        return found;
    }
    /// Event files by the way that a reader goes.
    [[nodiscard]] Strings files() const {
        Strings found;
        for (const auto& entry : fs::recursive_directory_iterator(shown + '/', fs::directory_options::follow_directory_symlink))
            if (entry.is_regular_file()) found.push_back(entry.path().string().substr(shown.size() + 1));
        std::sort(found.begin(), found.end());
        return found;
    }
};

TEST_F(LinkFarmTest, NothingChangesUntilAFileIsReplaced) {
    EXPECT_TRUE(replace({}));
    EXPECT_TRUE(fs::is_symlink(shown));
}

TEST_F(LinkFarmTest, OnlyTheRunOfAReplacedFileGetsNewNames) {
    logs.put("b/tfevents.2", "");
    logs.put("b/notes.txt", "");
    EXPECT_TRUE(replace({"b/tfevents.1"}));
    EXPECT_EQ(names(), (Strings{"a@", "b", "b-c@"}));
    EXPECT_EQ(names("/b"), (Strings{"000001.tfevents.1@", "000001.tfevents.2@", "c@", "notes.txt@"}));
    EXPECT_EQ(files(),
              (Strings{"a/tfevents.1", "b-c/tfevents.1", "b/000001.tfevents.1", "b/000001.tfevents.2", "b/c/tfevents.1", "b/notes.txt"}));
    EXPECT_TRUE(replace({"b/c/tfevents.1", "b/tfevents.2"}));
    EXPECT_EQ(names("/b"), (Strings{"000002.tfevents.1@", "000002.tfevents.2@", "c", "notes.txt@"}));
    EXPECT_EQ(names("/b/c"), (Strings{"000001.tfevents.1@"}));
}

TEST_F(LinkFarmTest, WhatComesAndGoesInAFolderOfLinksIsFollowed) {
    EXPECT_TRUE(replace({"b/c/tfevents.1"}));
    fs::create_directory(logs / "d");
    logs.put("d/tfevents.1", "");
    logs.put("b/c/tfevents.2", "");
    logs.put("b/tfevents.2", "");
    fs::remove_all(logs / "a");
    EXPECT_TRUE(replace({}));
    EXPECT_EQ(files(), (Strings{"b-c/tfevents.1", "b/c/000001.tfevents.1", "b/c/000001.tfevents.2", "b/tfevents.1", "b/tfevents.2",
                                "d/tfevents.1"}));
    fs::remove_all(logs / "b");
    EXPECT_TRUE(replace({}));
    EXPECT_EQ(files(), (Strings{"b-c/tfevents.1", "d/tfevents.1"}));
    fs::create_directory(logs / "b");
    logs.put("b/tfevents.1", "");
    EXPECT_TRUE(replace({}));
    EXPECT_EQ(names(), (Strings{"b-c@", "b@", "d@"}));
}

TEST_F(LinkFarmTest, AFolderThatBecomesALinkIsReadThroughIt) {
    EXPECT_TRUE(replace({"a/tfevents.1"}));
    fs::rename(logs / "a", logs / "old");
    fs::create_directory_symlink("b", logs / "a");
    EXPECT_TRUE(replace({"a/tfevents.1"}));
    EXPECT_EQ(names("/a"), (Strings{"000002.tfevents.1@", "c@"}));
    fs::remove(logs / "a");
    logs.put("a", "a file now");
    EXPECT_TRUE(replace({}));
    EXPECT_EQ(names(), (Strings{"a@", "b-c@", "b@", "old@"}));
}

TEST_F(LinkFarmTest, LinksUpwardsAreLeftOut) {
    fs::create_directory_symlink("..", logs / "a/up");
    fs::create_directory_symlink(".", logs / "self");
    fs::create_directory_symlink("b", logs / "latest");
    EXPECT_TRUE(replace({"a/tfevents.1"}));
    EXPECT_EQ(names(), (Strings{"a", "b-c@", "b@", "latest@"}));
    EXPECT_EQ(names("/a"), (Strings{"000001.tfevents.1@"}));
}

TEST_F(LinkFarmTest, AFolderWithALinkUpwardsIsAFolderOfLinksWithoutIt) {
    fs::create_directory_symlink("../..", logs / "b/c/up");
    EXPECT_TRUE(replace({}, {"b/c/up"}));
    EXPECT_TRUE(fs::is_symlink(shown)) << "nothing was replaced";
    EXPECT_TRUE(replace({"a/tfevents.1"}, {"b/c/up"}));
    EXPECT_EQ(files(), (Strings{"a/000001.tfevents.1", "b-c/tfevents.1", "b/c/tfevents.1", "b/tfevents.1"}));
}

TEST_F(LinkFarmTest, ARunThatIsTheLogDirectoryItself) {
    logs.put("tfevents.1", "");
    EXPECT_TRUE(replace({"tfevents.1"}));
    EXPECT_EQ(names(), (Strings{"000001.tfevents.1@", "a@", "b-c@", "b@"}));
}

TEST_F(LinkFarmTest, SeveralFoldersAreAFolderOfLinksAlready) {
    for (const std::string& top : {real, shown}) {
        fs::remove(top);
        fs::create_directory(top);
        fs::create_directory_symlink(logs / "a", top + "/one");
        fs::create_directory_symlink(logs / "b", top + "/two");
    }
    EXPECT_TRUE(replace({"two/tfevents.1"}));
    EXPECT_EQ(names(), (Strings{"one@", "two"}));
    EXPECT_EQ(names("/two"), (Strings{"000001.tfevents.1@", "c@"}));
}

TEST_F(LinkFarmTest, BeyondItsBoundNothingChanges) {
    LinkFarm small(shown, real, 2);
    EXPECT_FALSE(small.update({real + "/a/tfevents.1"}));
    EXPECT_TRUE(fs::is_symlink(shown));
}

TEST_F(LinkFarmTest, ALogDirectoryThatIsAwayForAMomentComesBack) {
    EXPECT_TRUE(replace({"a/tfevents.1"}));
    fs::rename(logs.path(), logs.path() + "-away");
    EXPECT_TRUE(replace({}));
    fs::rename(logs.path() + "-away", logs.path());
    EXPECT_TRUE(replace({}));
    EXPECT_EQ(files().size(), 4U);
}

}  // namespace
}  // namespace boardgate::board
