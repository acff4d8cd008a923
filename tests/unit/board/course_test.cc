// SPDX-License-Identifier: MIT
#include "src/board/course.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace boardgate::board {
namespace {

using std::chrono::seconds;

constexpr About fast{true, false};
constexpr About slow{false, false};

struct CourseTest : testing::Test {
    fakes::FakeClock clock;
    Options options{*BoardId::parse("k3f9abcd"),
                    "/opt/tb/bin/tensorboard",
                    *LogDir::parse("/runs"),
                    {},
                    "",
                    seconds(5),
                    false,
                    "",
                    FastLoader::automatic,
                    seconds(60),
                    {}};
    Course course{clock, options, {1024, false}};

    static Look found(std::size_t files, std::size_t unreadable = 0, const char* replaced = "") {
        return {files, unreadable, false, true, replaced};
    }
    static Look replaced(std::size_t unreadable = 0) { return found(3, unreadable, "/runs/a/events.tfevents.1"); }
    /// A look, and the start that it asks for, with the loader that is asked for then.
    bool look(const Look& look) {
        const bool again = course.looked(look);
        if (again) course.started(course.loading() == Loading::slow || options.fast_loader == FastLoader::off ? slow : fast);
        return again;
    }
};

TEST_F(CourseTest, HasNothingToSayOfABoardThatWorks) {
    course.started(fast);
    EXPECT_FALSE(course.looked(found(3)));
    EXPECT_EQ(course.status(), "Serving");
    EXPECT_EQ(course.loading(), Loading::as_asked);
}

TEST_F(CourseTest, WaitsForTheFirstEvent) {
    course.started(fast);
    EXPECT_FALSE(course.looked(found(0)));
    EXPECT_EQ(course.status(), "Serving [no_event_files]");
    EXPECT_FALSE(course.looked(found(1)));
    EXPECT_EQ(course.status(), "Serving");
}

TEST_F(CourseTest, DoesNotTakeALookThatWasCutShortForAnEmptyFolder) {
    course.started(fast);
    Look look = found(0);
    look.complete = false;
    EXPECT_FALSE(course.looked(look));
    EXPECT_EQ(course.status(), "Serving");
}

TEST_F(CourseTest, SaysThatTheLogDirectoryIsGone) {
    course.started(fast);
    Look look = found(0);
    look.missing = true;
    EXPECT_FALSE(course.looked(look));
    EXPECT_EQ(course.status(), "Serving [logdir_gone]");
}

TEST_F(CourseTest, SwitchesToTheSlowLoaderForReplacedFilesOnceAndForAll) {
    course.started(fast);
    EXPECT_TRUE(look(replaced()));
    EXPECT_EQ(course.loading(), Loading::slow);
    EXPECT_EQ(course.status(), "Serving [replaced_files_slow_loader]");
    EXPECT_FALSE(look(replaced()));
    EXPECT_FALSE(look(found(3)));
    EXPECT_EQ(course.status(), "Serving [replaced_files_slow_loader]");
}

TEST_F(CourseTest, OnlyWarnsWhereTheFastLoaderWasAskedFor) {
    options.fast_loader = FastLoader::on;
    course.started(fast);
    EXPECT_FALSE(look(replaced()));
    EXPECT_EQ(course.loading(), Loading::as_asked);
    EXPECT_EQ(course.status(), "Serving [replaced_files_not_shown]");
}

TEST_F(CourseTest, LeavesTheSlowLoaderAloneWhichFollowsReplacedFiles) {
    options.fast_loader = FastLoader::off;
    course.started(slow);
    EXPECT_FALSE(look(replaced()));
    EXPECT_EQ(course.status(), "Serving");
}

TEST_F(CourseTest, LeavesAnEnvironmentWithoutDataServerAloneUnlessItMayHaveTensorFlow) {
    course.started(slow);
    EXPECT_FALSE(course.looked(replaced()));
    Course with_tensorflow{clock, options, {1024, true}};
    with_tensorflow.started(slow);
    EXPECT_TRUE(with_tensorflow.looked(replaced()));
    EXPECT_EQ(with_tensorflow.loading(), Loading::slow);
    with_tensorflow.started(slow);
    EXPECT_FALSE(with_tensorflow.looked(replaced()));
}

TEST_F(CourseTest, LoadsOnceWhereThatWasAskedFor) {
    options.reload_interval = seconds(0);
    course.started(fast);
    EXPECT_FALSE(look(replaced()));
    EXPECT_FALSE(look(found(0)));
    EXPECT_EQ(course.status(), "Serving");
}

TEST_F(CourseTest, LeavesOutUnreadableFoldersWithTheFastLoader) {
    course.started(fast);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(course.status(), "Serving [unreadable_folder]");
    EXPECT_FALSE(look(found(3)));
    EXPECT_EQ(course.status(), "Serving");
}

TEST_F(CourseTest, StartsTheSlowLoaderAgainWhenTheFolderThatStoppedItCanBeRead) {
    options.fast_loader = FastLoader::off;
    course.started(slow);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(course.status(), "Serving [slow_loader_stopped]");
    EXPECT_TRUE(look(found(3)));
    EXPECT_EQ(course.status(), "Serving");
    EXPECT_FALSE(look(found(3)));
    // Not again and again.
    EXPECT_FALSE(look(found(3, 1)));
    clock.advance(seconds(30));
    EXPECT_FALSE(look(found(3)));
    clock.advance(seconds(30));
    EXPECT_TRUE(look(found(3)));
}

TEST_F(CourseTest, ShowsReplacedFilesByFreshStartsWhereTheSlowLoaderWouldStop) {
    course.started(fast);
    EXPECT_TRUE(look(replaced(1)));
    EXPECT_EQ(course.loading(), Loading::as_asked);
    EXPECT_EQ(course.status(), "Serving [unreadable_folder replaced_files_restarts]");
    // At most once a minute, but none is forgotten.
    EXPECT_FALSE(look(replaced(1)));
    clock.advance(seconds(60));
    EXPECT_TRUE(look(found(3, 1)));
    EXPECT_FALSE(look(found(3, 1)));
    // The folder can be read, so the slow loader is the better way again.
    EXPECT_TRUE(look(replaced()));
    EXPECT_EQ(course.loading(), Loading::slow);
    EXPECT_EQ(course.status(), "Serving [replaced_files_slow_loader]");
}

TEST_F(CourseTest, LeavesTheSlowLoaderWhenItWouldStop) {
    course.started(fast);
    EXPECT_TRUE(look(replaced()));
    EXPECT_TRUE(look(found(3, 1)));
    EXPECT_EQ(course.loading(), Loading::as_asked);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(course.status(), "Serving [unreadable_folder replaced_files_restarts]");
}

TEST_F(CourseTest, CountsEventFilesAgainstDescriptorsWhereEachNeedsOne) {
    course.started(fast);
    EXPECT_FALSE(look(found(1000)));
    EXPECT_EQ(course.status(), "Serving [too_many_event_files]");
    course.started(slow);
    EXPECT_FALSE(look(found(1000)));
    EXPECT_EQ(course.status(), "Serving");
}

TEST_F(CourseTest, StartsAgainWhatEndsNowAndThenButNotForEver) {
    course.started(fast);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(course.crashed());
    EXPECT_FALSE(course.crashed());
    clock.advance(std::chrono::minutes(10));
    EXPECT_TRUE(course.crashed());
    EXPECT_EQ(course.status(), "Serving [tensorboard_restarted]");
}

TEST_F(CourseTest, DoesWithoutADataServerThatEndsAgainAndAgain) {
    course.started(fast);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(course.data_server_ended());
    EXPECT_EQ(course.loading(), Loading::as_asked);
    EXPECT_TRUE(course.data_server_ended());
    EXPECT_EQ(course.loading(), Loading::slow);
    EXPECT_EQ(course.status(), "Serving [data_server_restarted]");
    course.started(slow);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(course.status(), "Serving [data_server_restarted slow_loader_stopped]");
}

TEST_F(CourseTest, EndsWithADataServerThatWasInsistedOn) {
    options.fast_loader = FastLoader::on;
    course.started(fast);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(course.data_server_ended());
    EXPECT_FALSE(course.data_server_ended());
}

TEST(AboutTensorBoard, IsReadOffItsOwnAnswer) {
    const std::string begin = "HTTP/1.1 200 OK\r\n\r\n{\"version\": \"";
    const std::string middle = "\", \"debug\": {\"data_provider\": \"";
    EXPECT_TRUE(about_tensorboard(begin + "2.21.0" + middle + "GrpcDataProvider(addr='localhost:4')\"}}").data_server);
    EXPECT_FALSE(about_tensorboard(begin + "2.21.0" + middle + "MultiplexerDataProvider(logdir='/GrpcDataProvider(')\"}}").data_server);
    for (const char* version : {"2.21.0", "2.21.0rc1", "2.22.0a20261101", "3.0"})
        EXPECT_FALSE(about_tensorboard(begin + version + middle).old) << version;
    for (const char* version : {"2.20.0", "2.9.1", "1.15.0"}) EXPECT_TRUE(about_tensorboard(begin + version + middle).old) << version;
    EXPECT_FALSE(about_tensorboard("HTTP/1.1 200 OK\r\n\r\n").old);
}

}  // namespace
}  // namespace boardgate::board
