// SPDX-License-Identifier: MIT
#include "src/board/log_watch.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(PauseAfterALook, LeavesTimeToStartTensorBoardWithinTwoIntervals) {
    for (const int interval : {1, 2, 5, 30, 60}) {
        const milliseconds pause = pause_after(seconds(interval), milliseconds(1));
        EXPECT_LE(pause, milliseconds(1000 * interval));
        EXPECT_GE(pause, milliseconds(500));
        EXPECT_GE(milliseconds(2000 * interval) - pause, milliseconds(1500)) << interval;
    }
    EXPECT_EQ(pause_after(seconds(3600), milliseconds(1)), seconds(60));
    EXPECT_EQ(pause_after(seconds(0), milliseconds(1)), seconds(60));
}

TEST(PauseAfterALook, TakesATwentiethOfTheTimeAtMost) { EXPECT_EQ(pause_after(seconds(1), seconds(10)), seconds(190)); }

struct LogWatchTest : testing::Test {
    fakes::TempFolder folder;
    fakes::TempFolder own;
    std::string shown = own / "runs";

    static Scan next(LogWatch& watch) {
        pollfd news{watch.fd(), POLLIN, 0};
        EXPECT_EQ(poll(&news, 1, 5000), 1);
        return watch.take().value_or(Scan{});
    }
};

TEST_F(LogWatchTest, LooksAtOnceAndAgain) {
    auto watch = LogWatch::start(LogFiles(folder.path()), LinkFarm(shown, folder.path()), seconds(1));
    ASSERT_TRUE(watch);
    EXPECT_EQ(next(*watch).event_files, 0U);
    EXPECT_FALSE(watch->take());
    folder.put("events.tfevents.1", "");
    EXPECT_EQ(next(*watch).event_files, 1U);
}

TEST_F(LogWatchTest, KeepsAReplacedFileUntilItIsTaken) {
    const std::string file = folder.put("events.tfevents.1", "1");
    auto watch = LogWatch::start(LogFiles(folder.path()), LinkFarm(shown, folder.path()), seconds(1));
    ASSERT_TRUE(watch);
    (void)next(*watch);
    folder.put("new", "22");
    std::filesystem::rename(folder / "new", file);
    // At least two scans; the second finds no replaced file.
    poll(nullptr, 0, 1300);
    EXPECT_EQ(next(*watch).replaced, std::vector<std::string>{file});
}

TEST_F(LogWatchTest, GivesAReplacedFileANewNameWhereThatWasAskedFor) {
    const std::string file = folder.put("events.tfevents.1", "1");
    std::filesystem::create_directory_symlink(folder.path(), shown);
    auto watch = LogWatch::start(LogFiles(folder.path()), LinkFarm(shown, folder.path()), seconds(1));
    ASSERT_TRUE(watch);
    watch->follow_replaced();
    (void)next(*watch);
    folder.put("new", "22");
    std::filesystem::rename(folder / "new", file);
    Scan found;
    while (found.replaced.empty()) found = next(*watch);
    EXPECT_TRUE(found.followed);
    EXPECT_TRUE(std::filesystem::exists(shown + "/000001.events.tfevents.1"));
}

}  // namespace
}  // namespace boardgate::board
