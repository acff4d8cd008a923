// SPDX-License-Identifier: MIT
#include "src/logdirs/runs.h"

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
        wire::RunsEnd end;
        std::vector<wire::RunsProgress> progress;
    };
    fakes::FakeClock clock;
    RunsBudget budget;

    void run(const std::string& name, time_t changed, std::int64_t step = 1) const {
        file(name + "/events.out.tfevents.1", changed);
        std::ofstream(root / name / "events.out.tfevents.1", std::ios::binary) << record_of(scalar_event(step, "loss", 1));
        const timespec times[] = {{changed, 0}, {changed, 0}};
        utimensat(AT_FDCWD, (root / name / "events.out.tfevents.1").c_str(), times, 0);
    }
    Result found(const Strings& roots, std::size_t limit = 100) {
        Result result;
        Folders folders(clock, geteuid(), 1000);
        find_runs(folders, roots, limit,
                  {[&](wire::RunsProgress word) {
                       result.progress.push_back(std::move(word));
                       return true;
                   },
                   [&](wire::RunFound word) {
                       result.runs.push_back(std::move(word));
                       return true;
                   },
                   [&](wire::RunsEnd word) {
                       result.end = std::move(word);
                       return true;
                   }},
                  budget);
        return result;
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
    budget.read = std::chrono::milliseconds(0);
    Result result = found({root});
    EXPECT_EQ(names(result), (Strings{"b", "a", "b", "a"}));
    EXPECT_FALSE(result.runs[0].read || result.runs[1].read || result.runs[0].has_step);
    EXPECT_TRUE(result.runs[2].read && result.runs[3].read);
    EXPECT_EQ(result.runs[3].step, 5);
    EXPECT_EQ(result.end.found, 2U);
    budget.read_later = std::chrono::milliseconds(0);
    EXPECT_EQ(found({root}).runs.size(), 2U);
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

TEST_F(RunsTest, BeyondTheLimitItSaysThatThereAreMore) {
    for (int i = 0; i < 10; ++i) run("r" + std::to_string(i), 1000 + i);
    const Result result = found({root}, 3);
    EXPECT_EQ(names(result), (Strings{"r9", "r8", "r7"}));
    EXPECT_EQ(result.end.found, 10U);
    EXPECT_TRUE(result.end.truncated);
}

TEST_F(RunsTest, FoldersThatHoldNoRunsOfAnybodyAreNotLookedInto) {
    for (const char* name : {".git/x", "node_modules/x", "a/__pycache__", "a/.cache/y", "lib/site-packages/tensorboard"}) run(name, 1000);
    run("a/b", 1000);
    EXPECT_EQ(names(found({root})), Strings{"a/b"});
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
    EXPECT_EQ(names(found({root})), Strings{"<b>bold</b>"});
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
    budget.read = budget.read_later = std::chrono::milliseconds(0);
    const Result result = found({root});
    ASSERT_EQ(result.runs.size(), 1U);
    EXPECT_FALSE(result.runs[0].has_step);
}

TEST_F(RunsTest, EndsWhenNobodyListens) {
    for (int i = 0; i < 10; ++i) run("r" + std::to_string(i), 1000);
    int heard = 0;
    Folders folders(clock, geteuid(), 1000);
    const Strings roots{root};
    find_runs(folders, roots, 10,
              {[](const wire::RunsProgress&) { return true; }, [&](const wire::RunFound&) { return ++heard < 3; },
               [](const wire::RunsEnd&) {
                   ADD_FAILURE() << "nobody is there";
                   return false;
               }});
    EXPECT_EQ(heard, 3);
}

TEST(ExpandedRoots, KnowHomeAndName) {
    EXPECT_EQ(expanded_roots({"~", "~/runs/", "%h/x", "/scratch/%u", "/a%%b"}, "/home/alice", "alice"),
              (Strings{"/home/alice", "/home/alice/runs", "/home/alice/x", "/scratch/alice", "/a%b"}));
    EXPECT_EQ(expanded_roots({"~", "/home/alice/", "%h"}, "/home/alice", "alice"), Strings{"/home/alice"});
}

}  // namespace
}  // namespace boardgate::logdirs
