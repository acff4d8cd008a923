// SPDX-License-Identifier: MIT
#include "src/logdirs/event_files.h"

#include "tests/fakes/fake_clock.h"
#include "tests/unit/events/event_bytes.h"
#include "tests/unit/logdirs/temporary_folder.h"

namespace boardgate::logdirs {
namespace {

struct EventFilesTest : TemporaryFolder {
    fakes::FakeClock clock;
    EventFiles found(Budget budget = {}) const { return find_event_files(root.string(), clock, budget); }
};

TEST_F(EventFilesTest, CountsThemAtEveryDepthAndNamesTheNewest) {
    file("events.out.tfevents.1", 1000);
    file("a/events.out.tfevents.2", 3000);
    file("a/b/c/x.tfevents", 2000);
    file("a/model.pt", 9000);
    const EventFiles files = found();
    EXPECT_EQ(files.count, 3U);
    EXPECT_EQ(files.newest, 3000);
    EXPECT_TRUE(files.complete);
}

TEST_F(EventFilesTest, TheirFirstBytesTellWhatIsWrong) {
    const auto write = [&](const std::string& name, const std::string& bytes) {
        file(name);
        std::ofstream(root / name, std::ios::binary) << bytes;
    };
    write("a/tfevents.1", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
    write("b/tfevents.1.gz", "\x1f\x8b\x08" + std::string(50, 'x'));
    write("c/tfevents.1", "");
    write("d/tfevents.1", events::record_of(events::scalar_event(1, "loss", 1)));
    write("d/tfevents.1.partial", "");
    std::filesystem::create_symlink("gone", root / "d/tfevents.2");
    FileNotices notices;
    EXPECT_EQ(find_event_files(root.string(), clock, {}, &notices).count, 5U);
    std::string all;
    for (const FileNotice& notice : notices.list())
        all += notice.code + " " + notice.detail.substr(notice.detail.rfind('/', notice.detail.rfind('/') - 1)) + ";";
    EXPECT_EQ(all,
              "compressed_event_files /b/tfevents.1.gz\";copy_leftovers /d/tfevents.1.partial\";dead_links /d/tfevents.2\";"
              "empty_event_files /c/tfevents.1\";git_lfs_pointers /a/tfevents.1\";");
}

TEST_F(EventFilesTest, TellsTheFolderItselfFromThoseBelow) {
    file("events.out.tfevents.1");
    file("events.out.tfevents.2");
    file("a/events.out.tfevents.3");
    folder("b");
    EXPECT_EQ(found().direct, 2U);
    EXPECT_EQ(found().runs, 2U);
}

TEST_F(EventFilesTest, NamesTheDeepestFolderThatHoldsAll) {
    file("a/runs/one/tfevents");
    EXPECT_EQ(found().common, root / "a/runs/one");
    file("a/runs/one/deep/tfevents");
    EXPECT_EQ(found().common, root / "a/runs/one");
    file("a/runs/one-b/tfevents");
    EXPECT_EQ(found().common, root / "a/runs");
    file("z/tfevents");
    EXPECT_EQ(found().common, root);
}

TEST_F(EventFilesTest, SeveralFoldersShareABudgetAndEachSaysWhatIsMissing) {
    for (int i = 0; i < 100; ++i) file("large/run" + std::to_string(i) + "/tfevents");
    file("small/tfevents");
    const auto both = find_event_files({root / "large", root / "small"}, clock, {std::chrono::milliseconds(1000), 120});
    EXPECT_FALSE(both[0].complete);
    EXPECT_TRUE(both[1].complete) << "what is near is seen before what is deep";
    EXPECT_EQ(both[1].count, 1U);
}

TEST_F(EventFilesTest, HasNothingToSayOfAnEmptyFolder) {
    EXPECT_EQ(found().count, 0U);
    EXPECT_EQ(found().newest, 0);
}

TEST_F(EventFilesTest, FollowsLinksAsTensorBoardDoes) {
    file("elsewhere/events.out.tfevents.1");
    folder("runs");
    std::filesystem::create_directory_symlink(root / "elsewhere", root / "runs/link");
    std::filesystem::create_symlink(root / "elsewhere/events.out.tfevents.1", root / "runs/tfevents.link");
    EXPECT_EQ(find_event_files((root / "runs").string(), clock).count, 2U);
}

TEST_F(EventFilesTest, IsNotCaughtInACircleOfLinks) {
    file("a/events.out.tfevents.1");
    std::filesystem::create_directory_symlink(root, root / "a/up");
    std::filesystem::create_directory_symlink(root / "a", root / "a/again");
    std::filesystem::create_symlink("self", root / "a/self");
    const EventFiles files = found();
    EXPECT_EQ(files.count, 1U);
    EXPECT_TRUE(files.complete);
}

TEST_F(EventFilesTest, OpensNeitherPipesNorFolders) {
    folder("tfevents.folder");
    ASSERT_EQ(mkfifo((root / "tfevents.pipe").c_str(), 0600), 0);  // opening it would wait for ever
    EXPECT_EQ(found().count, 0U);
}

TEST_F(EventFilesTest, StopsWhenItsBudgetIsSpent) {
    for (int i = 0; i < 50; ++i) file("run" + std::to_string(i) + "/tfevents");
    const EventFiles few = found({std::chrono::milliseconds(1000), 70});
    EXPECT_FALSE(few.complete);
    EXPECT_LT(few.count, 50U);
    EXPECT_FALSE(found({std::chrono::milliseconds(0), 20000}).complete);
    EXPECT_EQ(found().count, 50U);
}

}  // namespace
}  // namespace boardgate::logdirs
