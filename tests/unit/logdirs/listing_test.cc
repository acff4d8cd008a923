// SPDX-License-Identifier: MIT
#include "src/logdirs/listing.h"

#include "tests/fakes/fake_clock.h"
#include "tests/unit/logdirs/temporary_folder.h"

namespace boardgate::logdirs {
namespace {

using Strings = std::vector<std::string>;

struct ListingTest : TemporaryFolder {
    fakes::FakeClock clock;
    tl::expected<Listing, wire::FolderReport> listed(const std::string& path) const {
        Folders folders(clock, geteuid(), 1000);
        return list_folders(folders, path, root);
    }
    Strings names(const std::string& path) const {
        Strings all;
        const auto listing = listed(path).value();
        for (const wire::FolderRow& row : listing.rows) all.push_back(row.name);
        return all;
    }
    std::string below(const std::string& path) const { return root.string() + "/" + path; }
    /// The suggestion for a folder: the path below root, and the reason.
    std::pair<std::string, std::string> suggested(const std::string& path) const {
        const wire::FolderList end = listed(below(path)).value().end;
        return {end.suggestion.empty() ? "" : end.suggestion.substr(std::min(end.suggestion.size(), root.string().size() + 1)), end.why};
    }
    using Suggested = std::pair<std::string, std::string>;
};

TEST_F(ListingTest, CompletesAHalfTypedName) {
    for (const char* name : {"runs", "Runs-old", "rust", "data", ".rc"}) folder(name);
    file("runs.txt");
    EXPECT_EQ(names(below("ru")), (Strings{"Runs-old", "runs", "rust"}));
    EXPECT_EQ(names(below("run")), (Strings{"Runs-old", "runs"}));
    EXPECT_EQ(names(below("")), (Strings{"Runs-old", "data", "runs", "rust"}));
    EXPECT_EQ(names(below(".")), Strings{".rc"});
    EXPECT_EQ(names(below("x")), Strings{});
}

TEST_F(ListingTest, SaysWhatIsInEach) {
    file("a/tfevents.1", 1000);
    file("a/x/tfevents.2", 2000);
    folder("b");
    const auto rows = listed(below("")).value().rows;
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].event_files, 2U);
    EXPECT_EQ(rows[0].runs, 2U);
    EXPECT_EQ(rows[0].newest, 2000);
    EXPECT_TRUE(rows[0].readable && rows[0].complete);
    EXPECT_EQ(rows[1].event_files, 0U);
}

TEST_F(ListingTest, SaysWhatThePathItselfIs) {
    file("runs/tfevents.1", 1000);
    file("runs/x/tfevents.2", 2000);
    for (const char* path : {"runs", "runs/"}) {
        const wire::FolderList end = listed(below(path)).value().end;
        EXPECT_TRUE(end.here);
        EXPECT_EQ(end.here_files, 1U);
        EXPECT_EQ(end.here_runs, 2U);
        EXPECT_EQ(end.here_newest, 2000);
    }
    EXPECT_FALSE(listed(below("run")).value().end.here);
    file("plain");
    EXPECT_FALSE(listed(below("plain")).value().end.here);
}

TEST_F(ListingTest, SuggestsTheFolderBelowThatHasThemAll) {
    for (const char* run : {"a", "b", "c"}) file(std::string("project/runs/") + run + "/tfevents");
    folder("project/code");
    EXPECT_EQ(suggested("project"), Suggested("project/runs", "no event files here; 3 runs one level down"));
    EXPECT_EQ(suggested(""), Suggested("project/runs", "no event files here; 3 runs 2 levels down"));
    EXPECT_EQ(suggested("project/runs"), Suggested("", ""));
    EXPECT_EQ(suggested("project/runs/a"), Suggested("", ""));
}

TEST_F(ListingTest, OfASingleRunTheFolderOfItsKindIsMeant) {
    file("project/logs/version_0/tfevents");
    EXPECT_EQ(suggested("project"), Suggested("project/logs", "no event files here; 1 run one level down"));
    EXPECT_EQ(suggested("project/logs"), Suggested("", "")) << "version_1 will come";
}

TEST_F(ListingTest, SuggestsWhatIsNearAboveWhenThereIsNothingBelow) {
    file("project/runs/a/tfevents");
    file("project/runs/b/tfevents");
    folder("project/runs/notes/deep");
    folder("project/code");
    EXPECT_EQ(suggested("project/runs/notes"), Suggested("project/runs", "no event files here or below; 2 runs one level up"));
    EXPECT_EQ(suggested("project/runs/notes/deep"), Suggested("project/runs", "no event files here or below; 2 runs 2 levels up"));
    EXPECT_EQ(suggested("project/code"), Suggested("project/runs", "no event files here or below; 2 runs in runs"));
}

TEST_F(ListingTest, SuggestsNothingAboveOnesHome) {
    folder("empty");
    EXPECT_EQ(suggested("empty"), Suggested("", ""));
    EXPECT_EQ(suggested(""), Suggested("", ""));
}

TEST_F(ListingTest, NamesThatNoLogDirectoryCanHaveAreCounted) {
    folder("a\nb");
    folder("a\xff");
    folder("a<i>");
    const auto listing = listed(below("a")).value();
    ASSERT_EQ(listing.rows.size(), 1U);
    EXPECT_EQ(listing.rows[0].name, "a<i>");
    EXPECT_EQ(listing.end.left_out, 2U);
}

TEST_F(ListingTest, ManyFoldersAreCutAndItIsSaid) {
    for (int i = 0; i < 700; ++i) folder("f" + std::to_string(i));
    const auto listing = listed(below("")).value();
    EXPECT_EQ(listing.rows.size(), Listing::most_folders);
    EXPECT_TRUE(listing.end.truncated);
    EXPECT_EQ(names(below("f69")).size(), 11U) << "f69, f690 to f699";
    EXPECT_FALSE(listed(below("f69")).value().end.truncated);
}

TEST_F(ListingTest, WhatCannotBeListedSaysWhy) {
    file("file");
    EXPECT_EQ(listed(below("nothing/x")).error().verdict, wire::FolderVerdict::missing);
    EXPECT_EQ(listed(below("file/x")).error().verdict, wire::FolderVerdict::not_a_folder);
}

TEST_F(ListingTest, TheRootOfTheMachineCanBeListed) {
    const auto listing = listed("/tm").value();
    ASSERT_EQ(listing.rows.size(), 1U);
    EXPECT_EQ(listing.rows[0].name, "tmp");
    EXPECT_EQ(listing.end.folder, "/");
}

}  // namespace
}  // namespace boardgate::logdirs
