// SPDX-License-Identifier: MIT
#include "src/board/restart_policy.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace boardgate::board {
namespace {

using std::chrono::seconds;

constexpr TensorBoardInfo fast{true, false};
constexpr TensorBoardInfo slow{false, false};

struct RestartPolicyTest : testing::Test {
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
    RestartPolicy policy{clock, options, {1024, false}};

    static Scan found(std::size_t files, std::size_t unreadable = 0, const char* replaced = "") {
        return {files, unreadable, false, true, replaced};
    }
    static Scan replaced(std::size_t unreadable = 0) { return found(3, unreadable, "/runs/a/events.tfevents.1"); }
    /// A scan, and the restart that it causes, with its loader.
    bool look(const Scan& look) {
        const bool again = policy.on_scan(look);
        if (again) policy.started(policy.loading() == Loading::slow || options.fast_loader == FastLoader::off ? slow : fast);
        return again;
    }
};

TEST_F(RestartPolicyTest, HasNothingToSayOfABoardThatWorks) {
    policy.started(fast);
    EXPECT_FALSE(policy.on_scan(found(3)));
    EXPECT_EQ(policy.status(), "Serving");
    EXPECT_EQ(policy.loading(), Loading::as_asked);
}

TEST_F(RestartPolicyTest, WaitsForTheFirstEvent) {
    policy.started(fast);
    EXPECT_FALSE(policy.on_scan(found(0)));
    EXPECT_EQ(policy.status(), "Serving [no_event_files]");
    EXPECT_FALSE(policy.on_scan(found(1)));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, DoesNotTakeALookThatWasCutShortForAnEmptyFolder) {
    policy.started(fast);
    Scan look = found(0);
    look.complete = false;
    EXPECT_FALSE(policy.on_scan(look));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, SaysThatTheLogDirectoryIsGone) {
    policy.started(fast);
    Scan look = found(0);
    look.missing = true;
    EXPECT_FALSE(policy.on_scan(look));
    EXPECT_EQ(policy.status(), "Serving [logdir_gone]");
}

TEST_F(RestartPolicyTest, SwitchesToTheSlowLoaderForReplacedFilesOnceAndForAll) {
    policy.started(fast);
    EXPECT_TRUE(look(replaced()));
    EXPECT_EQ(policy.loading(), Loading::slow);
    EXPECT_EQ(policy.status(), "Serving [replaced_files_slow_loader]");
    EXPECT_FALSE(look(replaced()));
    EXPECT_FALSE(look(found(3)));
    EXPECT_EQ(policy.status(), "Serving [replaced_files_slow_loader]");
}

TEST_F(RestartPolicyTest, OnlyWarnsWhereTheFastLoaderWasAskedFor) {
    options.fast_loader = FastLoader::on;
    policy.started(fast);
    EXPECT_FALSE(look(replaced()));
    EXPECT_EQ(policy.loading(), Loading::as_asked);
    EXPECT_EQ(policy.status(), "Serving [replaced_files_not_shown]");
}

TEST_F(RestartPolicyTest, LeavesTheSlowLoaderAloneWhichFollowsReplacedFiles) {
    options.fast_loader = FastLoader::off;
    policy.started(slow);
    EXPECT_FALSE(look(replaced()));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, LeavesAnEnvironmentWithoutDataServerAloneUnlessItMayHaveTensorFlow) {
    policy.started(slow);
    EXPECT_FALSE(policy.on_scan(replaced()));
    RestartPolicy with_tensorflow{clock, options, {1024, true}};
    with_tensorflow.started(slow);
    EXPECT_TRUE(with_tensorflow.on_scan(replaced()));
    EXPECT_EQ(with_tensorflow.loading(), Loading::slow);
    with_tensorflow.started(slow);
    EXPECT_FALSE(with_tensorflow.on_scan(replaced()));
}

TEST_F(RestartPolicyTest, LoadsOnceWhereThatWasAskedFor) {
    options.reload_interval = seconds(0);
    policy.started(fast);
    EXPECT_FALSE(look(replaced()));
    EXPECT_FALSE(look(found(0)));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, LeavesOutUnreadableFoldersWithTheFastLoader) {
    policy.started(fast);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(policy.status(), "Serving [unreadable_folder]");
    EXPECT_FALSE(look(found(3)));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, StartsTheSlowLoaderAgainWhenTheFolderThatStoppedItCanBeRead) {
    options.fast_loader = FastLoader::off;
    policy.started(slow);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(policy.status(), "Serving [slow_loader_stopped]");
    EXPECT_TRUE(look(found(3)));
    EXPECT_EQ(policy.status(), "Serving");
    EXPECT_FALSE(look(found(3)));
    // Not again and again.
    EXPECT_FALSE(look(found(3, 1)));
    clock.advance(seconds(30));
    EXPECT_FALSE(look(found(3)));
    clock.advance(seconds(30));
    EXPECT_TRUE(look(found(3)));
}

TEST_F(RestartPolicyTest, ShowsReplacedFilesByFreshStartsWhereTheSlowLoaderWouldStop) {
    policy.started(fast);
    EXPECT_TRUE(look(replaced(1)));
    EXPECT_EQ(policy.loading(), Loading::as_asked);
    EXPECT_EQ(policy.status(), "Serving [unreadable_folder replaced_files_restarts]");
    // At most once a minute, but none is forgotten.
    EXPECT_FALSE(look(replaced(1)));
    clock.advance(seconds(60));
    EXPECT_TRUE(look(found(3, 1)));
    EXPECT_FALSE(look(found(3, 1)));
    // The folder can be read, so the slow loader is the better way again.
    EXPECT_TRUE(look(replaced()));
    EXPECT_EQ(policy.loading(), Loading::slow);
    EXPECT_EQ(policy.status(), "Serving [replaced_files_slow_loader]");
}

TEST_F(RestartPolicyTest, LeavesTheSlowLoaderWhenItWouldStop) {
    policy.started(fast);
    EXPECT_TRUE(look(replaced()));
    EXPECT_TRUE(look(found(3, 1)));
    EXPECT_EQ(policy.loading(), Loading::as_asked);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(policy.status(), "Serving [unreadable_folder replaced_files_restarts]");
}

TEST_F(RestartPolicyTest, CountsEventFilesAgainstDescriptorsWhereEachNeedsOne) {
    policy.started(fast);
    EXPECT_FALSE(look(found(1000)));
    EXPECT_EQ(policy.status(), "Serving [too_many_event_files]");
    policy.started(slow);
    EXPECT_FALSE(look(found(1000)));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, StartsAgainWhatEndsNowAndThenButNotForEver) {
    policy.started(fast);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(policy.crashed());
    EXPECT_FALSE(policy.crashed());
    clock.advance(std::chrono::minutes(10));
    EXPECT_TRUE(policy.crashed());
    EXPECT_EQ(policy.status(), "Serving [tensorboard_restarted]");
}

TEST_F(RestartPolicyTest, DoesWithoutADataServerThatEndsAgainAndAgain) {
    policy.started(fast);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(policy.data_server_ended());
    EXPECT_EQ(policy.loading(), Loading::as_asked);
    EXPECT_TRUE(policy.data_server_ended());
    EXPECT_EQ(policy.loading(), Loading::slow);
    EXPECT_EQ(policy.status(), "Serving [data_server_restarted]");
    policy.started(slow);
    EXPECT_FALSE(look(found(3, 1)));
    EXPECT_EQ(policy.status(), "Serving [data_server_restarted slow_loader_stopped]");
}

TEST_F(RestartPolicyTest, EndsWithADataServerThatWasInsistedOn) {
    options.fast_loader = FastLoader::on;
    policy.started(fast);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(policy.data_server_ended());
    EXPECT_FALSE(policy.data_server_ended());
}

TEST(AboutTensorBoard, IsReadOffItsOwnAnswer) {
    const std::string begin = "HTTP/1.1 200 OK\r\n\r\n{\"version\": \"";
    const std::string middle = "\", \"debug\": {\"data_provider\": \"";
    EXPECT_TRUE(tensorboard_info(begin + "2.21.0" + middle + "GrpcDataProvider(addr='localhost:4')\"}}").data_server);
    EXPECT_FALSE(tensorboard_info(begin + "2.21.0" + middle + "MultiplexerDataProvider(logdir='/GrpcDataProvider(')\"}}").data_server);
    for (const char* version : {"2.21.0", "2.21.0rc1", "2.22.0a20261101", "3.0"})
        EXPECT_FALSE(tensorboard_info(begin + version + middle).old) << version;
    for (const char* version : {"2.20.0", "2.9.1", "1.15.0"}) EXPECT_TRUE(tensorboard_info(begin + version + middle).old) << version;
    EXPECT_FALSE(tensorboard_info("HTTP/1.1 200 OK\r\n\r\n").old);
}

}  // namespace
}  // namespace boardgate::board
