// SPDX-License-Identifier: MIT
#include "src/boardgated/clients/logdirs_client.h"

#include "tests/unit/boardgated/clients/logdirs_reader_test.h"

namespace boardgate::boardgated {
namespace {

struct LogdirsClientTest : LogdirsReaderTest {
    Code listing_problem() const { return list_folders(sockets.near, "/home/alice/ru").error().code; }
};

TEST_F(LogdirsClientTest, AListingHasTheRowsOfAllMessages) {
    answers(readable, wire::FolderRows{{row("runs")}}, wire::FolderRows{{row("rust"), row("<b>")}}, end());
    const FolderListing listing = list_folders(sockets.near, "/home/alice/ru").value();
    ASSERT_EQ(listing.rows.size(), 3U);
    EXPECT_EQ(listing.rows[2].name, "<b>");
    EXPECT_EQ(listing.end.folder, "/home/alice");
}

TEST_F(LogdirsClientTest, ARefusalBecomesTheProblemOfTheField) {
    answers(wire::FolderReport{wire::FolderVerdict::foreign, "bob's home", 0, 0});
    const auto listing = list_folders(sockets.near, "/home/bob/");
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, Code::logdir_foreign);
    EXPECT_EQ(listing.error().field, "path");
}

TEST_F(LogdirsClientTest, ASlipIsAnsweredWithWhatIsMostLikelyMeant) {
    wire::FolderReport report{wire::FolderVerdict::missing};
    EXPECT_EQ(verdict_of(report, "/x/run", "logdir").error().detail,
              "\"/x/run\" does not exist; create the folder first, or choose another one");
    report.suggestion = "/x/runs";
    report.suggestion_runs = 3;
    EXPECT_EQ(verdict_of(report, "/x/run", "logdir").error().detail,
              "\"/x/run\" does not exist; create the folder first, or choose another one. There are 3 runs in \"/x/runs\".");
    report.verdict = wire::FolderVerdict::not_a_folder;
    report.suggestion_runs = 1;
    EXPECT_NE(verdict_of(report, "/x/run", "logdir").error().detail.find(". There is 1 run in \"/x/runs\"."), std::string::npos);
}

TEST_F(LogdirsClientTest, AMissingHomeIsNotTheirSlip) {
    const auto told = verdict_of({wire::FolderVerdict::no_home, "/home/dora"}, "~", "root").error();
    EXPECT_EQ(told.code, Code::logdir_missing);
    EXPECT_NE(told.detail.find("your home directory /home/dora does not exist"), std::string::npos) << told.detail;
}

TEST_F(LogdirsClientTest, AReportThatCannotBeShownIsNotPassedOn) {
    for (const wire::FolderReport& bad : {wire::FolderReport{wire::FolderVerdict::unreadable, "\xff"},
                                          wire::FolderReport{wire::FolderVerdict::readable, {}, 0, 0, 1, "relative"},
                                          wire::FolderReport{wire::FolderVerdict::readable, {}, 0, 0, 0, {}, "/a\nb", 1}}) {
        answer(bad);
        EXPECT_EQ(inspect_folder(sockets.near, "/x").error().code, Code::internal);
    }
    answer(readable);
    EXPECT_EQ(inspect_folder(sockets.near, "/x")->verdict, wire::FolderVerdict::readable);
}

TEST_F(LogdirsClientTest, AReaderThatHangsUpIsAProblem) {
    hang_up();
    EXPECT_EQ(listing_problem(), Code::logdir_unreadable);
}

TEST_F(LogdirsClientTest, NamesThatCannotBeShownAreNotPassedOn) {
    for (const char* name : {"", "a/b", "line\nbreak", "not\xffutf8"}) {
        sockets = fakes::SocketPair();
        answers(readable, wire::FolderRows{{row(name)}}, end());
        EXPECT_EQ(listing_problem(), Code::internal) << name;
    }
    for (const char* path : {"relative", "/a\nb", "/\xff"}) {
        sockets = fakes::SocketPair();
        wire::FolderList list = end();
        list.suggestion = path;
        answers(readable, list);
        EXPECT_EQ(listing_problem(), Code::internal) << path;
    }
}

TEST_F(LogdirsClientTest, RowsWithoutEndAreNotTaken) {
    answers(readable);
    for (int i = 0; i < 6; ++i) answers(wire::FolderRows{std::vector<wire::FolderRow>(wire::longest::folder_rows, row("x"))});
    EXPECT_EQ(listing_problem(), Code::internal);
}

TEST_F(LogdirsClientTest, RowsThatAreEmptyAreNotTaken) {
    answers(readable, wire::FolderRows{}, end());
    EXPECT_EQ(listing_problem(), Code::internal);
}

TEST_F(LogdirsClientTest, RunsAreCollectedToTheEnd) {
    answers(readable, wire::RunsProgress{10, 1, "/home/alice"}, run("/home/alice/runs/a"), run("/home/alice/runs/b"), runs_end());
    ASSERT_TRUE(ask_for_runs(sockets.near, {}));
    const FoundRuns found = collect_runs(sockets.near, 200).value();
    ASSERT_EQ(found.runs.size(), 2U);
    EXPECT_EQ(found.runs[1].path, "/home/alice/runs/b");
    EXPECT_TRUE(found.end.truncated);
}

TEST_F(LogdirsClientTest, MoreRunsThanWereAskedForAreNotTaken) {
    for (int i = 0; i < 5; ++i) answers(run("/home/alice/runs/" + std::to_string(i)));
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
    for (int i = 0; i < 7; ++i) answers(run("/home/alice/runs/a"));
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal) << "each comes twice at most";
}

TEST_F(LogdirsClientTest, ARunThatComesAgainTakesItsPlace) {
    wire::RunFound later = run("/home/alice/runs/a");
    later.step = 77;
    answers(run("/home/alice/runs/a"), run("/home/alice/runs/b"), later, runs_end());
    const FoundRuns found = collect_runs(sockets.near, 200).value();
    ASSERT_EQ(found.runs.size(), 2U);
    EXPECT_EQ(found.runs[0].step, 77);
}

TEST_F(LogdirsClientTest, ASearchThatBreaksOffIsAProblem) {
    EXPECT_TRUE(std::holds_alternative<Problem>(run_search_update(nullptr)));
    answers(run("not/absolute"));
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
    answers(wire::LogEnd{});
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
    hang_up();
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
}

TEST(CheckTypedPath, TakesWhatAPersonMayType) {
    for (const char* good : {"", "~", "~/ru", "ru", "/", "/home/alice/ru", "/a b"}) EXPECT_TRUE(check_typed_path(good, "path")) << good;
    EXPECT_EQ(check_typed_path("../ru", "path").error().code, Code::logdir_relative);
    EXPECT_EQ(check_typed_path("~bob", "path").error().code, Code::logdir_relative);
    EXPECT_EQ(check_typed_path("/a\nb", "path").error().code, Code::bad_field);
    EXPECT_EQ(check_typed_path(std::string("~/\xff"), "path").error().code, Code::bad_field);
    EXPECT_EQ(check_typed_path("/" + std::string(5000, 'x'), "root").error().field, "root");
}

}  // namespace
}  // namespace boardgate::boardgated
