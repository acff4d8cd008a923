// SPDX-License-Identifier: MIT
#include "src/logdirs/run_rows.h"

#include <gtest/gtest.h>

namespace boardgate::logdirs {
namespace {

using wire::RunSort;
using Strings = std::vector<std::string>;

struct RunRowsTest : testing::Test {
    std::vector<logdirs::Run> runs;
    std::vector<WholeRun> whole;
    Strings roots = {"/r"};

    void run(const std::string& path, std::int64_t newest = 1000, std::uint64_t bytes = 1000, Strings names = {}) {
        if (names.empty()) names = {"events"};
        runs.push_back({path, 0, newest, bytes, bytes, 1, std::move(names)});
    }
    std::vector<const WholeRun*> all(const std::string& query = "") {
        whole = whole_runs(runs);
        std::vector<const WholeRun*> some;
        for (const WholeRun& one : whole) {
            if (matches(one, words_of(query))) some.push_back(&one);
        }
        return some;
    }
    /// "2 name (runs below)" with the depth as two spaces each; a closed folder ends with +.
    static Strings drawn(const std::vector<RunRow>& rows) {
        Strings lines;
        for (const RunRow& row : rows) {
            std::string line = std::string(2 * std::size_t{row.depth}, ' ') + row.name;
            if (row.run == nullptr) line += " (" + std::to_string(row.runs) + ")" + (row.open ? "" : "+");
            lines.push_back(line);
        }
        return lines;
    }
    Strings tree(RunSort sort = RunSort::newest, bool reversed = false, const std::string& query = "") {
        return drawn(tree_rows(all(query), roots, {sort, reversed}));
    }
    Strings flat(RunSort sort, bool reversed = false, NumberOf number = {}) {
        return drawn(flat_rows(all(), roots, {sort, reversed, std::move(number)}));
    }
};

TEST_F(RunRowsTest, AFolderWithManyRunsIsOneRowAndDoesNotHideOthers) {
    for (int i = 0; i < 2000; ++i) run("/r/sweep/lr-" + std::to_string(i), 5000 + i);
    run("/r/old", 10);
    EXPECT_EQ(tree(), (Strings{"sweep (2000)+", "old"}));
    EXPECT_EQ(tree_rows(all(), roots, {}).front().newest, 6999);
}

TEST_F(RunRowsTest, ASmallFolderIsOpen) {
    run("/r/a/one", 20);
    run("/r/a/two", 30);
    run("/r/b", 25);
    EXPECT_EQ(tree(), (Strings{"a (2)", "  two", "  one", "b"}));
}

TEST_F(RunRowsTest, TheOnlyFolderIsOpenHoweverLarge) {
    for (int i = 0; i < 12; ++i) run("/r/runs/x" + std::to_string(i), 100 - i);
    const Strings lines = tree();
    ASSERT_EQ(lines.size(), 13U);
    EXPECT_EQ(lines[0], "runs (12)");
    EXPECT_EQ(lines[1], "  x0");
}

TEST_F(RunRowsTest, FoldersThatHoldOneThingArePartOfItsName) {
    run("/r/a/b/c/run", 20);
    run("/r/x/y/one", 10);
    run("/r/x/y/two", 9);
    EXPECT_EQ(tree(), (Strings{"a/b/c/run", "x/y (2)", "  one", "  two"}));
}

TEST_F(RunRowsTest, ARootThatIsARunHasItsName) {
    run("/r");
    EXPECT_EQ(tree(), Strings{"r"});
    EXPECT_EQ(flat(RunSort::newest), Strings{"r"});
}

TEST_F(RunRowsTest, SeveralRootsAreRowsOfTheirOwn) {
    roots = {"/r", "/s"};
    run("/r/a", 10);
    run("/r/b", 9);
    run("/s/c", 20);
    runs.back().start = 1;
    EXPECT_EQ(tree(), (Strings{"/s (1)", "  c", "/r (2)", "  a", "  b"}));
}

TEST_F(RunRowsTest, TheRootOfTheFileSystemMayBeARoot) {
    roots = {"/"};
    run("/data/a/x", 10);
    run("/data/a/y", 9);
    run("/top", 20);
    EXPECT_EQ(tree(), (Strings{"top", "data/a (2)", "  x", "  y"}));
}

TEST_F(RunRowsTest, NamesAreSortedAsPeopleCount) {
    for (const char* name : {"/r/lr-10", "/r/lr-9", "/r/LR-9b", "/r/lr-0010", "/r/b"}) run(name);
    EXPECT_EQ(flat(RunSort::name), (Strings{"b", "lr-9", "LR-9b", "lr-0010", "lr-10"}));
    EXPECT_EQ(flat(RunSort::name, true), (Strings{"lr-10", "lr-0010", "LR-9b", "lr-9", "b"}));
}

TEST_F(RunRowsTest, ThoseWhoseNumberIsUnknownComeLastBothWays) {
    for (const char* name : {"/r/a", "/r/b", "/r/c"}) run(name);
    const NumberOf number = [](const WholeRun& one) {
        return one.run->path == "/r/a" ? std::optional(1.0) : one.run->path == "/r/c" ? std::optional(2.0) : std::nullopt;
    };
    EXPECT_EQ(flat(RunSort::value, false, number), (Strings{"c", "a", "b"}));
    EXPECT_EQ(flat(RunSort::value, true, number), (Strings{"a", "c", "b"}));
}

TEST_F(RunRowsTest, ASearchCountsWhatMatches) {
    for (int i = 0; i < 50; ++i) run("/r/sweep/lr-" + std::to_string(i), 100 - i);
    run("/r/other/lr-7");
    EXPECT_EQ(tree(RunSort::newest, false, "LR-7"), (Strings{"other/lr-7", "sweep/lr-7"}));
    EXPECT_EQ(tree(RunSort::newest, false, "sweep lr-1"), (Strings{"sweep (11)", "  lr-1", "  lr-10", "  lr-11", "  lr-12", "  lr-13",
                                                                   "  lr-14", "  lr-15", "  lr-16", "  lr-17", "  lr-18", "  lr-19"}));
}

TEST_F(RunRowsTest, LinesOfAddScalarsAndCallsOfAddHparamsArePartOfTheirRun) {
    run("/r/run", 1'700'000'500, 10, {"events.out.tfevents.1700000000.host.example.42.0"});
    for (int i = 0; i < 100; ++i)
        run("/r/run/loss_" + std::to_string(i), 1'700'000'600, 1, {"events.out.tfevents.1700000001.host.example.42.1"});
    run("/r/run/1700000002.1234567", 1'700'000'002, 1, {"events.out.tfevents.1700000002.host.example.42.2"});
    run("/r/run/losses/train", 1'700'000'002, 1, {"events.out.tfevents.1700000002.99.other.7"});
    ASSERT_EQ(all().size(), 1U);
    EXPECT_EQ(whole.front().parts.size(), 102U);
    EXPECT_EQ(whole.front().newest, 1'700'000'600);
    EXPECT_EQ(whole.front().bytes, 112U);
    EXPECT_EQ(all("loss_17").size(), 1U) << "a part is found";
}

TEST_F(RunRowsTest, RunsBelowAFolderWithAStrayEventFileAreRuns) {
    run("/r", 1'600'000'000, 10, {"events.out.tfevents.1600000000.host.1.0"});
    run("/r/a", 1'700'000'000, 10, {"events.out.tfevents.1700000000.host.2.0"});
    run("/r/b", 1'700'000'000, 10, {"events.out.tfevents.1700000000.host.3.0"});
    EXPECT_EQ(all().size(), 3U);
}

TEST(PathBefore, KeepsAFolderTogether) {
    EXPECT_TRUE(path_before("/r/a", "/r/a/b"));
    EXPECT_TRUE(path_before("/r/a/z", "/r/a1"));
    EXPECT_FALSE(path_before("/r/a", "/r/a"));
    // "A" and "a" are two folders.
    EXPECT_TRUE(path_before("/r/A/z", "/r/a/b"));
    EXPECT_FALSE(path_before("/r/a/b", "/r/A/z"));
}

}  // namespace
}  // namespace boardgate::logdirs
