// SPDX-License-Identifier: MIT
// The other side is a folder reader that answers as the test says: well, wrongly, or not at all.
#include "src/boardgated/folder_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/fakes/socket_pair.h"

namespace boardgate::boardgated {
namespace {

const wire::FolderReport readable{wire::FolderVerdict::readable};

struct FolderReaderTest : testing::Test {
    fakes::SocketPair sockets;
    template <class Message>
    void answer(Message message) {
        EXPECT_TRUE(wire::send(sockets.far.get(), message));
    }
    template <class... Messages>
    void answers(Messages... messages) {
        (answer(std::move(messages)), ...);
    }
    void hang_up() { sockets.far.reset(); }

    static wire::FolderRow row(const std::string& name) { return {name, 2, 1, 1'795'000'000, true, true}; }
    static wire::FolderList end() {
        wire::FolderList list;
        list.path = "/home/alice/ru";
        list.folder = "/home/alice";
        return list;
    }
    static wire::RunFound run(const std::string& path) {
        wire::RunFound found;
        found.path = path;
        found.name = "runs/a";
        found.newest = 1'795'000'000;
        found.bytes = 12'345'678'901;
        found.has_step = true;
        found.step = 7;
        found.curves = {{"loss", {{0, 0.1F}, {7, std::numeric_limits<double>::quiet_NaN()}}}};
        return found;
    }
    Code listing_problem() const { return list_folders(sockets.near, "/home/alice/ru").error().code; }
};

TEST_F(FolderReaderTest, AListingHasTheRowsOfAllMessages) {
    answers(readable, wire::FolderRows{{row("runs")}}, wire::FolderRows{{row("rust"), row("<b>")}}, end());
    const Json::Value json = listing_json(list_folders(sockets.near, "/home/alice/ru").value());
    ASSERT_EQ(json["folders"].size(), 3U);
    EXPECT_EQ(json["folders"][2]["path"], "/home/alice/<b>");
    EXPECT_EQ(json["folders"][0]["newest"], "2026-11-18T11:06:40.000Z");
    EXPECT_EQ(json["parent"], "/home");
    EXPECT_TRUE(json["here"].isNull() && json["suggestion"].isNull());
}

TEST_F(FolderReaderTest, HereAndSuggestionAreThereWhereTheReaderSaysSo) {
    wire::FolderList list = end();
    list.path = "/home/alice/";
    list.here = true;
    list.here_runs = 3;
    list.suggestion = "/home/alice/runs";
    list.suggestion_runs = 3;
    list.why = "no event files here; 3 runs one level down";
    answers(readable, list);
    const Json::Value json = listing_json(list_folders(sockets.near, "/home/alice/").value());
    EXPECT_EQ(json["here"]["path"], "/home/alice");
    EXPECT_EQ(json["here"]["runs"].asUInt(), 3U);
    EXPECT_TRUE(json["here"]["newest"].isNull());
    EXPECT_EQ(json["suggestion"]["path"], "/home/alice/runs");
}

TEST_F(FolderReaderTest, TheRootHasNoParentAndItsFoldersOneSlash) {
    wire::FolderList list = end();
    list.path = list.folder = "/";
    list.here = true;
    answers(readable, wire::FolderRows{{row("home")}}, list);
    const Json::Value json = listing_json(list_folders(sockets.near, "/").value());
    EXPECT_TRUE(json["parent"].isNull());
    EXPECT_EQ(json["here"]["path"], "/");
    EXPECT_EQ(json["folders"][0]["path"], "/home");
}

TEST_F(FolderReaderTest, ARefusalBecomesTheProblemOfTheField) {
    answers(wire::FolderReport{wire::FolderVerdict::foreign, "bob's home", 0, 0});
    const auto listing = list_folders(sockets.near, "/home/bob/");
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code, Code::logdir_foreign);
    EXPECT_EQ(listing.error().field, "path");
}

TEST_F(FolderReaderTest, ASlipIsAnsweredWithWhatIsMostLikelyMeant) {
    wire::FolderReport report{wire::FolderVerdict::missing};
    EXPECT_EQ(verdict_of(report, "/x/run", "logdir").error().detail, "\"/x/run\" is not there; make the folder first, or name another one");
    report.suggestion = "/x/runs";
    report.suggestion_runs = 3;
    EXPECT_EQ(verdict_of(report, "/x/run", "logdir").error().detail,
              "\"/x/run\" is not there; make the folder first, or name another one. There are 3 runs in \"/x/runs\".");
    report.verdict = wire::FolderVerdict::not_a_folder;
    report.suggestion_runs = 1;
    EXPECT_NE(verdict_of(report, "/x/run", "logdir").error().detail.find(". There is 1 run in \"/x/runs\"."), std::string::npos);
}

TEST_F(FolderReaderTest, WhatAnOwnerShouldKnowIsToldBeforeTheStart) {
    wire::FolderReport full{wire::FolderVerdict::readable, {}, 4};
    wire::FolderReport closed{wire::FolderVerdict::readable, {}, 1, 0, 2, "/x/closed"};
    wire::FolderReport empty{wire::FolderVerdict::readable, {}, 0, 0, 0, {}, "/x/runs", 3};
    BoardOptions options;
    const auto codes = [&](const std::vector<wire::FolderReport>& reports) {
        std::string all;
        for (const Notice& notice : notices_of(reports, options)) all += notice.code + " ";
        return all;
    };
    EXPECT_EQ(codes({full}), "");
    EXPECT_EQ(codes({empty}), "event_files_nearby ");
    EXPECT_EQ(codes({empty, full}), "") << "there are some";
    EXPECT_EQ(codes({full, closed}), "unreadable_folder ");
    EXPECT_EQ(notices_of({closed}, options).front().text,
              "\"/x/closed\" below the log directory cannot be read, and 1 more: what is in there is not shown.");
    options.fast_loader = "off";
    EXPECT_EQ(codes({closed}), "slow_loader_stopped ");
    closed.unreadable_folder.clear();
    closed.unreadable = 1;
    EXPECT_TRUE(notices_of({closed}, options).front().text.starts_with("A folder below the log directory cannot be read: the slow"));
}

TEST_F(FolderReaderTest, AReportThatCannotBeShownIsNotPassedOn) {
    for (const wire::FolderReport& bad : {wire::FolderReport{wire::FolderVerdict::unreadable, "\xff"},
                                          wire::FolderReport{wire::FolderVerdict::readable, {}, 0, 0, 1, "relative"},
                                          wire::FolderReport{wire::FolderVerdict::readable, {}, 0, 0, 0, {}, "/a\nb", 1}}) {
        answer(bad);
        EXPECT_EQ(inspect_folder(sockets.near, "/x").error().code, Code::internal);
    }
    answer(readable);
    EXPECT_EQ(inspect_folder(sockets.near, "/x")->verdict, wire::FolderVerdict::readable);
}

TEST_F(FolderReaderTest, AReaderThatHangsUpIsAProblem) {
    hang_up();
    EXPECT_EQ(listing_problem(), Code::logdir_unreadable);
}

TEST_F(FolderReaderTest, NamesThatCannotBeShownAreNotPassedOn) {
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

TEST_F(FolderReaderTest, RowsWithoutEndAreNotTaken) {
    answers(readable);
    for (int i = 0; i < 6; ++i) answers(wire::FolderRows{std::vector<wire::FolderRow>(wire::longest::folder_rows, row("x"))});
    EXPECT_EQ(listing_problem(), Code::internal);
}

TEST_F(FolderReaderTest, RunsAreCollectedToTheEnd) {
    answers(readable, wire::RunsProgress{10, 1, "/home/alice"}, run("/home/alice/runs/a"), run("/home/alice/runs/b"),
            wire::RunsEnd{{"/home/alice"}, true, 12, 2});
    ASSERT_TRUE(ask_for_runs(sockets.near, "", 200));
    const Json::Value json = collect_runs(sockets.near, 200).value();
    ASSERT_EQ(json["runs"].size(), 2U);
    EXPECT_EQ(json["runs"][1]["path"], "/home/alice/runs/b");
    EXPECT_EQ(json["runs"][0]["bytes"].asUInt64(), 12'345'678'901U);
    EXPECT_EQ(json["roots"][0], "/home/alice");
    EXPECT_EQ(json["looked_at"].asUInt(), 12U);
    EXPECT_TRUE(json["truncated"].asBool());
}

TEST_F(FolderReaderTest, NumbersAreShortAndWhatIsNoNumberIsNull) {
    answers(run("/home/alice/runs/a"));
    const auto datagram = wire::receive(sockets.near.get(), std::chrono::seconds(1)).value();
    const RunsWord word = runs_word(&*datagram);
    EXPECT_STREQ(word.event, "run");
    EXPECT_EQ(to_text(word.data["curves"][0]["points"]), "[[0,0.1],[7,null]]") << "not 0.10000000149011612";
}

TEST_F(FolderReaderTest, TimesBeyondTheCalendarAreNone) {
    for (const std::int64_t time : {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(), std::int64_t{0}}) {
        wire::RunFound found = run("/home/alice/runs/a");
        found.newest = time;
        answers(found);
        const auto datagram = wire::receive(sockets.near.get(), std::chrono::seconds(1)).value();
        EXPECT_TRUE(runs_word(&*datagram).data["newest"].isNull()) << time;
    }
}

TEST_F(FolderReaderTest, MoreRunsThanWereAskedForAreNotTaken) {
    for (int i = 0; i < 5; ++i) answers(run("/home/alice/runs/a"));
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
}

TEST_F(FolderReaderTest, ALookThatBreaksOffIsAProblemAndTheLastWord) {
    EXPECT_TRUE(runs_word(nullptr).last);
    EXPECT_STREQ(runs_word(nullptr).event, "problem");
    answers(run("not/absolute"));
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
    answers(wire::LogEnd{});
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
    hang_up();
    EXPECT_EQ(collect_runs(sockets.near, 3).error().code, Code::internal);
}

TEST(CheckTypedPath, TakesWhatAPersonMayType) {
    for (const char* good : {"", "~", "~/ru", "/", "/home/alice/ru", "/a b"}) EXPECT_TRUE(check_typed_path(good, "path")) << good;
    EXPECT_EQ(check_typed_path("ru", "path").error().code, Code::logdir_relative);
    EXPECT_EQ(check_typed_path("~bob", "path").error().code, Code::logdir_relative);
    EXPECT_EQ(check_typed_path("/a\nb", "path").error().code, Code::bad_field);
    EXPECT_EQ(check_typed_path(std::string("~/\xff"), "path").error().code, Code::bad_field);
    EXPECT_EQ(check_typed_path("/" + std::string(5000, 'x'), "root").error().field, "root");
}

}  // namespace
}  // namespace boardgate::boardgated
