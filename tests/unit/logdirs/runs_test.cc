// SPDX-License-Identifier: MIT
#include "src/logdirs/runs.h"

#include <algorithm>

#include "src/logdirs/elsewhere.h"

#include "tests/fakes/fake_clock.h"
#include "tests/unit/events/event_bytes.h"
#include "tests/unit/logdirs/temporary_folder.h"

namespace boardgate::logdirs {
namespace {

using namespace events;

using Strings = std::vector<std::string>;

struct RunsTest : TemporaryFolder {
    struct Result {
        std::vector<wire::RunFound> runs;
        Strings early;  ///< names
        wire::RunsEnd end;
        std::vector<wire::RunsProgress> progress;
    };
    fakes::FakeClock clock;
    Folders folders{clock, geteuid(), 1000};
    RunsBudget budget;
    wire::FindRuns request;

    void run(const std::string& name, time_t changed, std::int64_t step = 1) const {
        file(name + "/events.out.tfevents.1", changed);
        std::ofstream(root / name / "events.out.tfevents.1", std::ios::binary) << record_of(scalar_event(step, "loss", 1));
        const timespec times[] = {{changed, 0}, {changed, 0}};
        utimensat(AT_FDCWD, (root / name / "events.out.tfevents.1").c_str(), times, 0);
    }
    Result found(RunSearch& search, const Strings& roots) {
        Result result;
        search.run(request, roots, {geteuid(), getegid(), "dana", root, "/bin/sh"},
                   {[&](wire::RunsProgress word) {
                        result.progress.push_back(std::move(word));
                        return true;
                    },
                    [&](wire::RunFound word) {
                        if (word.early) {
                            EXPECT_TRUE(result.runs.empty() && !word.read && !result.progress.empty());
                            result.early.push_back(word.name);
                        } else {
                            result.runs.push_back(std::move(word));
                        }
                        return true;
                    },
                    [&](wire::RunsEnd word) {
                        result.end = std::move(word);
                        return true;
                    }});
        return result;
    }
    Result found(const Strings& roots, std::uint16_t limit = 100) {
        request.limit = limit;
        RunSearch search(folders, budget);
        return found(search, roots);
    }
    static Strings names(const Result& result) {
        Strings all;
        for (const wire::RunFound& one : result.runs) all.push_back(one.name);
        return all;
    }
};

TEST_F(RunsTest, WhatStorageWasTooSlowForComesLater) {
    run("a", 1000, 5);
    run("b", 2000, 7);
    budget.read = budget.read_for_sorting = std::chrono::milliseconds(0);
    Result result = found({root});
    EXPECT_EQ(names(result), (Strings{"b", "a", "b", "a"}));
    EXPECT_FALSE(result.runs[0].read || result.runs[1].read || result.runs[0].has_step);
    EXPECT_TRUE(result.runs[2].read && result.runs[3].read);
    EXPECT_EQ(result.runs[3].step, 5);
    EXPECT_EQ(result.end.found, 2U);
    budget.read_later = std::chrono::milliseconds(0);
    EXPECT_EQ(found({root}).runs.size(), 2U);
}

TEST_F(RunsTest, TheFirstRowsComeBeforeTheSearchEnds) {
    run("a/x", 1000);
    run("wanted", 3000);
    file("header/events.out.tfevents.1", 4000);
    for (const char* name : {"a/x", "wanted"}) std::filesystem::resize_file(root / name / "events.out.tfevents.1", 1000);
    request.sort = wire::RunSort::name;
    EXPECT_TRUE(found({root}).early.empty()) << "not asked for";
    request.early = true;
    // What was found until then: one of them, or both in their order.
    const Strings early = found({root}).early;
    EXPECT_TRUE(early == (Strings{"a/x", "wanted"}) || early == Strings{"a/x"} || early == Strings{"wanted"}) << early.size();
    request.query = "WANTED";
    for (const std::string& name : found({root}).early) EXPECT_EQ(name, "wanted");
    // Unknown before they are read.
    request.sort = wire::RunSort::step;
    EXPECT_TRUE(found({root}).early.empty());
}

TEST_F(RunsTest, RunsAreSortedByTheirBestValues) {
    const auto values = [&](const std::string& name, const std::vector<float>& all) {
        file(name + "/events.out.tfevents.1", 1000);
        std::ofstream out(root / name / "events.out.tfevents.1", std::ios::binary);
        for (std::size_t i = 0; i < all.size(); ++i) out << record_of(scalar_event(static_cast<std::int64_t>(i), "acc", all[i]));
    };
    values("fell", {1, 9, 2});
    values("rose", {3, 4, 5});
    values("nan", {std::numeric_limits<float>::quiet_NaN()});
    request.tag = "acc";
    const auto order = [&](wire::RunSort sort, bool reversed) {
        request.sort = sort;
        request.reversed = reversed;
        return names(found({root}));
    };
    EXPECT_EQ(order(wire::RunSort::value, false), (Strings{"rose", "fell", "nan"}));
    EXPECT_EQ(order(wire::RunSort::greatest, false), (Strings{"fell", "rose", "nan"}));
    EXPECT_EQ(order(wire::RunSort::least, true), (Strings{"fell", "rose", "nan"}));
    EXPECT_EQ(order(wire::RunSort::least, false), (Strings{"rose", "fell", "nan"}));
}

TEST_F(RunsTest, NewestComesFirstWithWhatIsInIt) {
    run("a", 1000);
    run("b/deep", 3000, 42);
    run("c", 2000);
    const Result result = found({root});
    EXPECT_EQ(names(result), (Strings{"b/deep", "c", "a"}));
    const wire::RunFound& first = result.runs[0];
    EXPECT_EQ(first.path, root / "b/deep");
    EXPECT_EQ(first.newest, 3000);
    EXPECT_EQ(first.event_files, 1U);
    EXPECT_EQ(first.bytes, std::filesystem::file_size(root / "b/deep/events.out.tfevents.1"));
    EXPECT_EQ(first.step, 42);
    ASSERT_EQ(first.curves.size(), 1U);
    EXPECT_EQ(first.curves[0].tag, "loss");
    EXPECT_EQ(result.end.roots, Strings{root});
    EXPECT_EQ(result.end.found, 3U);
    EXPECT_EQ(result.end.looked_at, 5U);
    EXPECT_FALSE(result.end.truncated);
}

TEST_F(RunsTest, ARootMayBeARunItself) {
    run("run", 1000);
    EXPECT_EQ(names(found({root / "run"})), Strings{"run"});
}

TEST_F(RunsTest, PagesShowEachRunOnce) {
    for (int i = 0; i < 10; ++i) run("r" + std::to_string(i), 1000 + i);
    RunSearch search(folders, budget);
    request.limit = 4;
    Strings all;
    do {
        const Result page = found(search, {root});
        EXPECT_EQ(page.end.found, 10U);
        EXPECT_FALSE(page.end.truncated);
        for (const std::string& name : names(page)) all.push_back(name);
        request.first = page.end.next;
        run("later" + std::to_string(all.size()), 9000);
    } while (request.first > 0);
    EXPECT_EQ(all, (Strings{"r9", "r8", "r7", "r6", "r5", "r4", "r3", "r2", "r1", "r0"}));
    request.first = 0;
    EXPECT_EQ(found(search, {root}).end.found, 13U);
}

TEST_F(RunsTest, TheNextSearchFindsWhatChanged) {
    run("a/one", 1000);
    run("b/two", 900);
    RunSearch search(folders, budget);
    request.limit = 100;
    EXPECT_EQ(names(found(search, {root})), (Strings{"a/one", "b/two"}));
    // The kernel's clock for files ticks every few milliseconds.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    run("a/three", 800);
    run("b/two", 2000, 17);
    const Result again = found(search, {root});
    EXPECT_EQ(names(again), (Strings{"b/two", "a/one", "a/three"}));
    EXPECT_EQ(again.runs[0].step, 17);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    run("b/two", 2000, 18);
    EXPECT_EQ(found(search, {root}).runs[0].step, 18) << "of the same size and time";
    std::filesystem::remove_all(root / "a");
    EXPECT_EQ(names(found(search, {root})), Strings{"b/two"});
}

TEST_F(RunsTest, AFolderOfAKnownTreeIsAPartOfIt) {
    run("a/one", 1000);
    run("b/two", 900);
    run("node_modules/three", 800);
    RunSearch search(folders, budget);
    request.limit = 100;
    EXPECT_EQ(found(search, {root}).end.found, 2U);
    run("b/later", 2000);
    const Result part = found(search, {root / "b"});
    EXPECT_EQ(names(part), (Strings{"later", "two"}));
    EXPECT_EQ(part.end.roots, Strings{root / "b"});
    // Left out above, but meant here.
    EXPECT_EQ(names(found(search, {root / "node_modules"})), Strings{"three"});
}

TEST_F(RunsTest, ASortByValueCoversWhatWasReadSoFar) {
    for (int i = 0; i < 5; ++i) run("r" + std::to_string(i), 1000 + i);
    request.sort = wire::RunSort::value;
    request.tag = "loss";
    EXPECT_EQ(found({root}).end.sorted, 5U);
    budget.read_for_sorting = std::chrono::milliseconds(0);
    const Result result = found({root});
    EXPECT_EQ(result.end.sorted, 0U);
    EXPECT_EQ(result.end.found, 5U);
    EXPECT_EQ(result.runs.size(), 5U);
}

TEST_F(RunsTest, RowsHaveTheCurvesOfTheTagsThatWereAskedFor) {
    file("r/events.out.tfevents.1");
    std::ofstream(root / "r/events.out.tfevents.1", std::ios::binary)
        << record_of(scalar_event(1, "loss", 5)) << record_of(scalar_event(1, "b", 7)) << record_of(scalar_event(2, "b", -3))
        << record_of(scalar_event(2, "c", 8));
    request.tags = {"b", "none"};
    const Result result = found({root});
    ASSERT_EQ(result.runs.at(0).curves.size(), 1U);
    EXPECT_EQ(result.runs[0].curves[0].tag, "b");
    EXPECT_EQ(result.runs[0].curves[0].least, -3);
    EXPECT_EQ(result.runs[0].curves[0].greatest, 7);
    EXPECT_EQ(result.end.tags, (Strings{"b", "c", "loss"}));
}

TEST_F(RunsTest, RunsWithoutAPointAreCountedAndAskedForApart) {
    run("good", 1000);
    for (int i = 0; i < 20; ++i) file("header" + std::to_string(i) + "/events.out.tfevents.1", 2000);
    file("pointer/events.out.tfevents.1", 2000);
    std::ofstream(root / "pointer/events.out.tfevents.1") << "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    const Result result = found({root});
    EXPECT_EQ(names(result), Strings{"good"});
    EXPECT_EQ(result.end.found, 1U);
    EXPECT_EQ(result.end.without_points, 21U);
    request.without_points = true;
    EXPECT_EQ(found({root}).runs.size(), 21U);
}

TEST_F(RunsTest, DamageIsSaidWithItsPlace) {
    run("r", 1000, 49);
    std::ofstream(root / "r/events.out.tfevents.1", std::ios::binary | std::ios::app) << std::string(100, 'x');
    const Result result = found({root});
    EXPECT_EQ(result.runs.at(0).damaged_file, "events.out.tfevents.1");
    EXPECT_EQ(result.runs[0].damaged_byte, record_of(scalar_event(49, "loss", 1)).size());
    EXPECT_EQ(result.runs[0].step, 49);
}

TEST_F(RunsTest, ARunThatWasWrittenShortlyIsBeingWritten) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
    run("now", now - 100);
    run("then", now - 1000);
    const Result result = found({root});
    EXPECT_TRUE(result.runs.at(0).writing);
    EXPECT_FALSE(result.runs.at(1).writing);
    EXPECT_EQ(result.end.as_of, now);
}

TEST_F(RunsTest, FoldersThatHoldNoRunsOfAnybodyAreNotLookedInto) {
    for (const char* name : {".git/x", "node_modules/x", "a/__pycache__", "a/.cache/y", "lib/site-packages/tensorboard"}) run(name, 1000);
    run("a/b", 1000);
    EXPECT_EQ(names(found({root})), Strings{"a/b"});
}

TEST_F(RunsTest, HiddenFoldersHoldRunsAndFoldersOfCopiesAreCounted) {
    run("exp/.summary/0", 1000);
    run("exp/.ipynb_checkpoints", 2000);
    for (int i = 0; i < 5; ++i) run(".snapshot/nightly." + std::to_string(i) + "/exp", 3000);
    const Result result = found({root});
    EXPECT_EQ(names(result), Strings{"exp/.summary/0"});
    EXPECT_EQ(result.end.copies, 6U);
    EXPECT_FALSE(result.end.truncated);
}

TEST_F(RunsTest, AFileSystemThatDoesNotAnswerCostsOnlyItself) {
    run("a", 1000);
    run("z/b", 2000);
    folder("hung/deep");
    run("hung/run", 3000);
    // The admission of a folder is asked in the thread that walks.
    budget.patience = std::chrono::milliseconds(50);
    struct Gate {
        std::promise<void> open;
        std::shared_future<void> opened = open.get_future().share();
    };
    const auto gate = std::make_shared<Gate>();
    Walk walk(clock, budget.look);
    walk.be_patient_for(budget.patience);
    walk.start_at(root);
    walk.admit_only([gate] {
        return Walk::Admit{[gate](const std::string& path, std::string_view, bool) {
            if (path.ends_with("/deep") || path.ends_with("hung/run")) gate->opened.wait();
            return true;
        }};
    });
    Strings silent;
    Strings with_files;
    walk.run([&](const Seen& seen) {
        if (seen.silent) silent.push_back(seen.path);
        if (!seen.event_files.empty()) with_files.push_back(seen.path);
        return true;
    });
    EXPECT_EQ(silent, Strings{root / "hung"});
    std::sort(with_files.begin(), with_files.end());
    EXPECT_EQ(with_files, (Strings{root / "a", root / "z/b"}));
    EXPECT_FALSE(walk.complete());
    // As long as it does not answer, nobody else tries.
    EXPECT_EQ(found({root}).end.silent, Strings{root / "hung"});
    gate->open.set_value();
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (SilentFolders::of_process().above(root / "hung") && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    EXPECT_EQ(found({root}).runs.size(), 3U);
}

TEST_F(RunsTest, LinksAreFollowedButNotUpAndNotTwice) {
    run("elsewhere/x", 1000);
    run("home/y", 2000);
    for (const char* name : {"one", "two"}) std::filesystem::create_directory_symlink(root / "elsewhere", root / "home" / name);
    std::filesystem::create_directory_symlink(root, root / "home/up");
    std::filesystem::create_directory_symlink("/", root / "home/everything");
    std::filesystem::create_directory_symlink(".", root / "home/self");
    const Result result = found({root / "home"});
    ASSERT_EQ(result.runs.size(), 2U);
    EXPECT_EQ(result.runs[0].name, "y");
    EXPECT_TRUE(result.runs[1].name == "one/x" || result.runs[1].name == "two/x");
    EXPECT_FALSE(result.end.truncated);
}

TEST_F(RunsTest, RootsThatOverlapTellEachRunOnce) {
    run("a/b", 1000);
    EXPECT_EQ(found({root, root / "a"}).runs.size(), 1U);
}

TEST_F(RunsTest, NamesThatNoLogDirectoryCanHaveAreLeftOut) {
    run("line\nbreak", 1000);
    run("not\xffutf8", 1000);
    run("<b>bold</b>", 1000);
    const Result result = found({root});
    EXPECT_EQ(names(result), Strings{"<b>bold</b>"});
    EXPECT_EQ(result.end.left_out, 2U);
}

TEST_F(RunsTest, ALookThatTookTooLongSaysSo) {
    for (int i = 0; i < 20; ++i) run("r" + std::to_string(i), 1000);
    budget.look.entries = 25;
    const Result result = found({root});
    EXPECT_TRUE(result.end.truncated);
    EXPECT_LT(result.runs.size(), 20U);
    budget.look = {std::chrono::milliseconds(0), 1000, 16};
    EXPECT_TRUE(found({root}).end.truncated);
}

TEST_F(RunsTest, DepthIsBounded) {
    run("1/2/3/4", 1000);
    budget.look.depth = 3;
    const Result result = found({root});
    EXPECT_TRUE(result.runs.empty());
    EXPECT_TRUE(result.end.truncated);
}

TEST_F(RunsTest, WithoutTimeToReadTheyAreListedAllTheSame) {
    run("a", 1000);
    budget.read = budget.read_later = budget.read_for_sorting = std::chrono::milliseconds(0);
    const Result result = found({root});
    ASSERT_EQ(result.runs.size(), 1U);
    EXPECT_FALSE(result.runs[0].has_step);
    EXPECT_FALSE(result.runs[0].read);
}

TEST_F(RunsTest, EndsWhenNobodyListens) {
    for (int i = 0; i < 10; ++i) run("r" + std::to_string(i), 1000);
    int heard = 0;
    request.limit = 10;
    RunSearch search(folders);
    search.run(request, {root}, {geteuid(), getegid(), "dana", root, "/bin/sh"},
               {[](const wire::RunsProgress&) { return true; }, [&](const wire::RunFound&) { return ++heard < 3; },
                [](const wire::RunsEnd&) {
                    ADD_FAILURE() << "nobody is there";
                    return false;
                }});
    EXPECT_EQ(heard, 3);
}

TEST_F(RunsTest, RunsElsewhereHaveThePersonsName) {
    run("data/dana/x", 1000);
    run("scratch/lab/dana/runs/y", 1000);
    run("data/other/z", 1000);
    folder("work/dana");
    const auto places = runs_elsewhere(folders, "dana", {}, root);
    ASSERT_EQ(places.size(), 2U);
    EXPECT_EQ(places[0].path, root / "data/dana");
    EXPECT_EQ(places[1].path, root / "scratch/lab/dana");
    EXPECT_EQ(places[1].runs, 1U);
    EXPECT_EQ(runs_elsewhere(folders, "dana", {root / "data"}, root).size(), 1U);
}

TEST(ExpandedRoots, KnowHomeAndName) {
    EXPECT_EQ(expanded_roots({"~", "~/runs/", "%h/x", "/scratch/%u", "/a%%b"}, "/home/alice", "alice"),
              (Strings{"/home/alice", "/home/alice/runs", "/home/alice/x", "/scratch/alice", "/a%b"}));
    EXPECT_EQ(expanded_roots({"~", "/home/alice/", "%h"}, "/home/alice", "alice"), Strings{"/home/alice"});
}

}  // namespace
}  // namespace boardgate::logdirs
