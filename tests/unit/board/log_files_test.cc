// SPDX-License-Identifier: MIT
#include "src/board/log_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

namespace fs = std::filesystem;

const std::string event_file = "runs/a/events.out.tfevents.1";

struct LogFilesTest : testing::Test {
    LogFilesTest() {
        fs::create_directories(folder / "runs/a");
        folder.put(event_file, "0123456789");
    }
    /// As rsync does: a new file of the same name.
    void replace(const std::string& name, const std::string& content) {
        folder.put("new", content);
        fs::rename(folder / "new", folder / name);
    }
    void truncate(off_t size) { ASSERT_EQ(::truncate((folder / event_file).c_str(), size), 0); }

    fakes::TempFolder folder;
    LogFiles files{folder / "runs"};
};

TEST_F(LogFilesTest, CountsWhatTensorBoardTakesForEventFiles) {
    folder.put("runs/a/events.out.tfevents.2.host.v2", "");
    folder.put("runs/a/model.ckpt", "");
    fs::create_directory(folder / "runs/tfevents");
    const Scan look = files.scan();
    EXPECT_EQ(look.event_files, 2U);
    EXPECT_TRUE(look.complete);
    EXPECT_EQ(look.unreadable, 0U);
    EXPECT_TRUE(look.replaced.empty());
}

TEST_F(LogFilesTest, FollowsLinksToFoldersAndFiles) {
    fs::create_directory_symlink(folder / "runs/a", folder / "runs/b");
    fs::create_symlink(folder / event_file, folder / "runs/events.tfevents.link");
    EXPECT_EQ(files.scan().event_files, 3U);
}

TEST_F(LogFilesTest, CountsLinksThatCannotBeFollowed) {
    if (geteuid() == 0) GTEST_SKIP() << "root reads everything; tests/lab/test_shown_boards.py does the same in a board";
    fs::create_directory(folder / "closed");
    fs::create_directory_symlink(folder / "closed", folder / "runs/planted");
    fs::create_directory(folder / "runs/own");
    for (const char* name : {"closed", "runs/own"}) ASSERT_EQ(chmod((folder / name).c_str(), 0), 0);
    const Scan look = files.scan();
    EXPECT_EQ(look.unreadable, 2U);
    EXPECT_EQ(look.linked, 1U);
}

TEST_F(LogFilesTest, ComesBackFromLinksToFoldersAbove) {
    fs::create_directory_symlink(folder / "runs", folder / "runs/a/up");
    const Scan look = files.scan();
    EXPECT_EQ(look.event_files, 1U);
    EXPECT_TRUE(look.complete);
    EXPECT_EQ(look.circles, std::vector<std::string>{folder / "runs/a/up"});
}

TEST_F(LogFilesTest, SaysThatTheLogDirectoryIsMissing) {
    fs::remove_all(folder / "runs");
    EXPECT_TRUE(files.scan().missing);
    fs::create_directory(folder / "runs");
    EXPECT_FALSE(files.scan().missing);
}

TEST_F(LogFilesTest, CountsFoldersThatMayNotBeRead) {
    fs::create_directory(folder / "runs/closed");
    fs::permissions(folder / "runs/closed", fs::perms::none);
    fs::permissions(folder.path(), fs::perms(0755));
    const uid_t self = geteuid();
    constexpr uid_t nobody = 65534;
    ASSERT_EQ(self == 0 ? seteuid(nobody) : 0, 0);  // root may read everything
    const Scan closed = files.scan();
    ASSERT_EQ(seteuid(self), 0);
    EXPECT_EQ(closed.unreadable, 1U);
    EXPECT_EQ(closed.event_files, 1U);
    fs::remove(folder / "runs/closed");
    EXPECT_EQ(files.scan().unreadable, 0U);
}

TEST_F(LogFilesTest, SeesAFileReplacedOnce) {
    EXPECT_TRUE(files.scan().replaced.empty());
    replace(event_file, "0123456789ab");
    EXPECT_EQ(files.scan().replaced, std::vector<std::string>{folder / event_file});
    EXPECT_TRUE(files.scan().replaced.empty());
    replace(event_file, "0123456789abcd");
    EXPECT_EQ(files.scan().replaced, std::vector<std::string>{folder / event_file});
}

TEST_F(LogFilesTest, SeesFilesBehindASwitchedLinkAsReplaced) {
    fs::create_directories(folder / "v2/a");
    folder.put("v2/a/events.out.tfevents.1", "0123456789ab");
    fs::create_directory_symlink(folder / "runs", folder / "current");
    LogFiles behind{folder / "current"};
    (void)behind.scan();
    fs::create_directory_symlink(folder / "v2", folder / "next");
    fs::rename(folder / "next", folder / "current");
    EXPECT_EQ(behind.scan().replaced, std::vector<std::string>{folder / "current/a/events.out.tfevents.1"});
}

TEST_F(LogFilesTest, TakesAFileWhoseRightsChangedForAnother) {
    (void)files.scan();
    fs::permissions(folder / event_file, fs::perms::owner_read);
    EXPECT_EQ(files.scan().replaced, std::vector<std::string>{folder / event_file});
    EXPECT_TRUE(files.scan().replaced.empty());
}

TEST_F(LogFilesTest, TakesGrowthForWhatItIs) {
    (void)files.scan();
    std::ofstream(folder / event_file, std::ios::app) << "more";
    EXPECT_TRUE(files.scan().replaced.empty());
    folder.put("runs/a/events.out.tfevents.2", "new");
    EXPECT_TRUE(files.scan().replaced.empty());
}

TEST_F(LogFilesTest, BelievesThatAFileShrankWhenItStaysShort) {
    (void)files.scan();
    truncate(5);
    EXPECT_TRUE(files.scan().replaced.empty()) << "cp(1) may be filling it just now";
    EXPECT_EQ(files.scan().replaced, std::vector<std::string>{folder / event_file});
    truncate(4);
    EXPECT_TRUE(files.scan().replaced.empty());
    truncate(20);
    EXPECT_TRUE(files.scan().replaced.empty());
}

TEST_F(LogFilesTest, RemembersAFileThatIsAwayForAMoment) {
    (void)files.scan();
    fs::rename(folder / event_file, folder / "kept");  // so that the inode is not used again
    for (int i = 0; i < 5; ++i) EXPECT_EQ(files.scan().event_files, 0U);
    folder.put(event_file, "0123456789ab");
    EXPECT_EQ(files.scan().replaced, std::vector<std::string>{folder / event_file});
}

TEST_F(LogFilesTest, ForgetsAFileThatWasDeleted) {
    (void)files.scan();
    fs::rename(folder / event_file, folder / "kept");
    for (int i = 0; i < 12; ++i) (void)files.scan();
    folder.put(event_file, "0123456789ab");
    EXPECT_TRUE(files.scan().replaced.empty());
}

TEST_F(LogFilesTest, DoesNotForgetTheFileThatIsOpenWhenAnEqualOneTookItsPlace) {
    (void)files.scan();
    const auto time = fs::last_write_time(folder / event_file);
    folder.put("new", "0123456789");
    fs::last_write_time(folder / "new", time);
    fs::rename(folder / "new", folder / event_file);
    EXPECT_TRUE(files.scan().replaced.empty());
    std::ofstream(folder / event_file, std::ios::app) << "more";
    EXPECT_EQ(files.scan().replaced, std::vector<std::string>{folder / event_file});
}

TEST_F(LogFilesTest, EndsALookAtItsBounds) {
    LogFiles few{folder / "runs", {1, 64}};
    EXPECT_FALSE(few.scan().complete);
    LogFiles flat{folder / "runs", {100, 1}};
    const Scan look = flat.scan();
    EXPECT_FALSE(look.complete);
    EXPECT_EQ(look.event_files, 0U);
}

TEST_F(LogFilesTest, LeavesNoDescriptorOpen) {
    const auto open_now = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
    const auto before = open_now();
    fs::create_directory_symlink(folder / "runs", folder / "runs/a/up");
    LogFiles flat{folder / "runs", {2, 2}};
    for (int i = 0; i < 3; ++i) {
        (void)files.scan();
        (void)flat.scan();
    }
    EXPECT_EQ(open_now(), before);
}

}  // namespace
}  // namespace boardgate::board
