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
                    {*LogDir::parse("/runs")},
                    {},
                    seconds(5),
                    false,
                    "",
                    Loader::automatic,
                    seconds(60),
                    {}};
    RestartPolicy policy{clock, options, {1024, true}};

    static Scan found(std::size_t files, std::size_t unreadable = 0, std::vector<std::string> replaced = {}) {
        return {files, unreadable, false, true, std::move(replaced)};
    }
    static Scan replaced(std::size_t unreadable = 0) { return found(3, unreadable, {"/runs/a/events.tfevents.1"}); }
    /// The policy of a board with this option.
    RestartPolicy of(Loader loader) {
        options.loader = loader;
        return {clock, options, {1024, true}};
    }
    /// A look, and the start that it asks for.
    static bool look(RestartPolicy& policy, const Scan& look) {
        const bool again = policy.on_scan(look);
        if (again) policy.started(policy.loader() == Loader::python ? slow : fast);
        return again;
    }
    bool look(const Scan& found) { return look(policy, found); }
};

TEST_F(RestartPolicyTest, SaysOfABoardThatIsShownThatALinkLeadsOutOfItsFolder) {
    Scan scan = found(3, 1);
    scan.linked = 1;
    policy.started(fast);
    (void)policy.on_scan(scan);
    EXPECT_EQ(policy.status(), "Serving [unreadable_folder]") << "nobody confines it";
    options.confined = true;
    (void)policy.on_scan(scan);
    EXPECT_EQ(policy.status(), "Serving [outside_of_folder]");
    scan.unreadable = 2;
    (void)policy.on_scan(scan);
    EXPECT_EQ(policy.status(), "Serving [unreadable_folder outside_of_folder]");
    (void)policy.on_scan(found(3));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, HasNothingToSayOfABoardThatWorks) {
    policy.started(fast);
    EXPECT_FALSE(policy.on_scan(found(3)));
    EXPECT_EQ(policy.status(), "Serving");
    EXPECT_EQ(policy.loader(), Loader::boardgate);
}

TEST_F(RestartPolicyTest, WaitsForTheFirstEvent) {
    policy.started(fast);
    EXPECT_FALSE(policy.on_scan(found(0)));
    EXPECT_EQ(policy.status(), "Serving [no_event_files]");
    EXPECT_FALSE(policy.on_scan(found(1)));
    EXPECT_EQ(policy.status(), "Serving");
}

TEST_F(RestartPolicyTest, SaysWhatIsWrongWithTheFiles) {
    policy.started(fast);
    policy.on_report({{"damaged_event_files", "\"a b\" at byte 7"}, {"profiles", "\"c\""}});
    EXPECT_EQ(policy.status(), "Serving [damaged_event_files=%22a%20b%22%20at%20byte%207 profiles=%22c%22]");
    policy.on_report({});
    EXPECT_EQ(policy.status(), "Serving");
    RestartPolicy with_plugin(clock, options, {1024, true, true});
    with_plugin.on_report({{"profiles", "\"c\""}});
    EXPECT_EQ(with_plugin.status(), "Serving [profile_plugin_blocked=%22c%22]");
}

TEST_F(RestartPolicyTest, AStatusTextFitsIntoAMessageToSystemd) {
    policy.started(fast);
    policy.on_report({{"git_lfs_pointers", std::string(3000, 'a')}, {"dead_links", std::string(3000, 'a')}, {"copy_leftovers", "b"}});
    EXPECT_LT(policy.status().size(), 4000U);
    EXPECT_TRUE(policy.status().ends_with(" copy_leftovers=b]"));
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

TEST_F(RestartPolicyTest, ChoosesBoardgatesDataServerWhereItWasTested) {
    EXPECT_EQ(policy.loader(), Loader::boardgate);
    RestartPolicy untested{clock, options, {1024, false}};
    EXPECT_EQ(untested.loader(), Loader::rustboard);
    EXPECT_EQ(untested.status(), "Serving [untested_tensorboard]");
    for (const Loader loader : {Loader::boardgate, Loader::rustboard, Loader::python}) {
        options.loader = loader;
        RestartPolicy asked{clock, options, {1024, false}};
        EXPECT_EQ(asked.loader(), loader);
        EXPECT_EQ(asked.status(), "Serving");
    }
}

TEST_F(RestartPolicyTest, ReplacedFilesNeedNeitherRestartNorNoticeWithItsOwnDataServer) {
    policy.started(fast);
    EXPECT_FALSE(look(replaced()));
    EXPECT_FALSE(look(replaced(1)));
    EXPECT_EQ(policy.loader(), Loader::boardgate);
    EXPECT_EQ(policy.status(), "Serving [unreadable_folder]");
}

TEST_F(RestartPolicyTest, ReplacedFilesAreANoticeWhereTensorBoardsDataServerCannotFollow) {
    RestartPolicy rustboard = of(Loader::rustboard);
    rustboard.started(fast);
    Scan followed = replaced();
    followed.followed = true;
    EXPECT_FALSE(look(rustboard, followed));
    EXPECT_EQ(rustboard.status(), "Serving");
    EXPECT_FALSE(look(rustboard, replaced()));
    EXPECT_EQ(rustboard.loader(), Loader::rustboard);
    EXPECT_EQ(rustboard.status(), "Serving [replaced_files_not_shown]");
}

TEST_F(RestartPolicyTest, LeavesTheSlowLoaderAloneWhichFollowsReplacedFiles) {
    RestartPolicy python = of(Loader::python);
    python.started(slow);
    EXPECT_FALSE(look(python, replaced()));
    EXPECT_EQ(python.status(), "Serving");
}

TEST_F(RestartPolicyTest, FallsBackToTensorBoardsDataServerWhenItsOwnDoesNotStart) {
    EXPECT_FALSE(policy.could_not_start(127)) << "no TensorBoard";
    EXPECT_FALSE(policy.could_not_start(2)) << "an option that TensorBoard refuses";
    EXPECT_TRUE(policy.could_not_start(1));
    EXPECT_EQ(policy.loader(), Loader::rustboard);
    policy.started(fast);
    EXPECT_EQ(policy.status(), "Serving [data_server_fallback]");
}

TEST_F(RestartPolicyTest, TriesEachDataServerAndThenGivesUp) {
    EXPECT_TRUE(policy.could_not_start(1));
    EXPECT_EQ(policy.loader(), Loader::rustboard);
    EXPECT_FALSE(policy.could_not_start(1));
    RestartPolicy untested{clock, options, {1024, false}};
    EXPECT_TRUE(untested.could_not_start(1));
    EXPECT_EQ(untested.loader(), Loader::boardgate) << "the environment has no data server";
}

TEST_F(RestartPolicyTest, NeverFallsBackToTheSlowLoader) {
    for (const Loader loader : {Loader::automatic, Loader::boardgate, Loader::rustboard}) {
        RestartPolicy one = of(loader);
        for (int i = 0; i < 10; ++i) {
            (void)one.could_not_start(1);
            EXPECT_NE(one.loader(), Loader::python);
            (void)one.data_server_ended();
            EXPECT_NE(one.loader(), Loader::python);
        }
    }
    EXPECT_FALSE(of(Loader::rustboard).could_not_start(1)) << "the board asks for this one";
    EXPECT_FALSE(of(Loader::python).could_not_start(1));
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
    RestartPolicy python = of(Loader::python);
    python.started(slow);
    EXPECT_FALSE(look(python, found(3, 1)));
    EXPECT_EQ(python.status(), "Serving [slow_loader_stopped]");
    EXPECT_TRUE(look(python, found(3)));
    EXPECT_EQ(python.status(), "Serving");
    EXPECT_FALSE(look(python, found(3)));
    // Not again and again.
    EXPECT_FALSE(look(python, found(3, 1)));
    clock.advance(seconds(30));
    EXPECT_FALSE(look(python, found(3)));
    clock.advance(seconds(30));
    EXPECT_TRUE(look(python, found(3)));
}

TEST_F(RestartPolicyTest, CountsEventFilesAgainstDescriptorsWhereEachNeedsOne) {
    RestartPolicy rustboard = of(Loader::rustboard);
    rustboard.started(fast);
    EXPECT_FALSE(rustboard.on_scan(found(1000)));
    EXPECT_EQ(rustboard.status(), "Serving [too_many_event_files]");
    policy.started(fast);
    EXPECT_FALSE(policy.on_scan(found(1000)));
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

TEST_F(RestartPolicyTest, TakesTensorBoardsDataServerWhenItsOwnEnded) {
    policy.started(fast);
    EXPECT_TRUE(policy.data_server_ended());
    EXPECT_EQ(policy.loader(), Loader::rustboard);
    EXPECT_EQ(policy.status(), "Serving [data_server_fallback]");
    EXPECT_TRUE(policy.data_server_ended());
    EXPECT_EQ(policy.loader(), Loader::rustboard);
    EXPECT_EQ(policy.status(), "Serving [data_server_restarted data_server_fallback]");
}

TEST_F(RestartPolicyTest, EndsWithADataServerThatEndsAgainAndAgain) {
    RestartPolicy rustboard = of(Loader::rustboard);
    rustboard.started(fast);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(rustboard.data_server_ended());
    EXPECT_FALSE(rustboard.data_server_ended());
    EXPECT_EQ(rustboard.status(), "Serving [data_server_restarted]");
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
