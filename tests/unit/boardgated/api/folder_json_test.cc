// SPDX-License-Identifier: MIT
#include "src/boardgated/api/folder_json.h"

#include "src/boardgated/common/json.h"

#include "tests/unit/boardgated/clients/logdirs_reader_test.h"

namespace boardgate::boardgated {
namespace {

using FolderJsonTest = LogdirsReaderTest;

TEST_F(FolderJsonTest, AListingShowsFoldersWithPathsAndTimes) {
    answers(readable, wire::FolderRows{{row("runs")}}, wire::FolderRows{{row("rust"), row("<b>")}}, end());
    const Json::Value json = listing_json(list_folders(sockets.near, "/home/alice/ru").value());
    ASSERT_EQ(json["folders"].size(), 3U);
    EXPECT_EQ(json["folders"][2]["path"], "/home/alice/<b>");
    EXPECT_EQ(json["folders"][0]["newest"], "2026-11-18T11:06:40.000Z");
    EXPECT_EQ(json["parent"], "/home");
    EXPECT_TRUE(json["here"].isNull() && json["suggestion"].isNull());
}

TEST_F(FolderJsonTest, HereAndSuggestionAreThereWhereTheReaderSaysSo) {
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

TEST_F(FolderJsonTest, TheRootHasNoParentAndItsFoldersOneSlash) {
    wire::FolderList list = end();
    list.path = list.folder = "/";
    list.here = true;
    answers(readable, wire::FolderRows{{row("home")}}, list);
    const Json::Value json = listing_json(list_folders(sockets.near, "/").value());
    EXPECT_TRUE(json["parent"].isNull());
    EXPECT_EQ(json["here"]["path"], "/");
    EXPECT_EQ(json["folders"][0]["path"], "/home");
}

TEST_F(FolderJsonTest, NumbersAreShortAndWhatIsNoNumberIsNull) {
    answers(run("/home/alice/runs/a"));
    const auto datagram = wire::receive(sockets.near.get(), std::chrono::seconds(1)).value();
    const RunSearchEvent event = run_search_event(run_search_update(&*datagram), {});
    EXPECT_STREQ(event.name, "run");
    EXPECT_EQ(to_text(event.data["curves"][0]["points"]), "[[0,0.1],[7,null]]") << "not 0.10000000149011612";
    EXPECT_TRUE(event.data["curves"][0]["min"].isNumeric());
}

TEST_F(FolderJsonTest, TimesBeyondTheCalendarAreNone) {
    // The year 2400, as `touch -d` sets it, is beyond a 64-bit clock of nanoseconds.
    for (const std::int64_t time : {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                                    std::int64_t{13'569'465'600}}) {
        wire::RunFound found = run("/home/alice/runs/a");
        found.newest = time;
        EXPECT_TRUE(run_json(found, {})["newest"].isNull()) << time;
    }
}

TEST_F(FolderJsonTest, RunsOfASearch) {
    answers(readable, wire::RunsProgress{10, 1, "/home/alice"}, run("/home/alice/runs/a"), run("/home/alice/runs/b"), runs_end());
    ASSERT_TRUE(ask_for_runs(sockets.near, {}));
    const Json::Value json = runs_json(collect_runs(sockets.near, 200).value(), {{"/home/alice/runs/b", "abcdefgh"}});
    ASSERT_EQ(json["runs"].size(), 2U);
    EXPECT_EQ(json["runs"][1]["path"], "/home/alice/runs/b");
    EXPECT_EQ(json["runs"][0]["bytes"].asUInt64(), 12'345'678'901U);
    EXPECT_EQ(json["roots"][0], "/home/alice");
    EXPECT_EQ(json["looked_at"].asUInt(), 12U);
    EXPECT_TRUE(json["truncated"].asBool());
    EXPECT_TRUE(json["cursor"].isNull());
    EXPECT_TRUE(json["runs"][0]["board"].isNull());
    EXPECT_EQ(json["runs"][1]["board"], "abcdefgh");
    EXPECT_EQ(json["runs"][1]["kind"], "run");
}

TEST_F(FolderJsonTest, AStepThatAFloatingPointNumberCannotHoldIsThereAsText) {
    wire::RunFound run;
    run.has_step = true;
    run.step = std::int64_t{1} << 53;
    EXPECT_TRUE(run_json(run, {})["step_text"].isNull());
    run.step = -run.step - 1;
    EXPECT_EQ(run_json(run, {})["step_text"], "-9007199254740993");
}

TEST_F(FolderJsonTest, ARowOfAFolderAndDamage) {
    wire::RunFound found = run("/home/alice/runs");
    EXPECT_FALSE(run_json(found, {})["damaged"].asBool());
    found.is_folder = found.open = true;
    found.runs = 7;
    found.damaged_file = "events";
    found.damaged_byte = 4711;
    const Json::Value json = run_json(found, {});
    EXPECT_EQ(json["kind"], "folder");
    EXPECT_EQ(json["runs"].asUInt(), 7U);
    EXPECT_TRUE(json["open"].asBool() && json["damaged"].asBool());
    EXPECT_EQ(json["damage"]["byte"].asUInt64(), 4711U);
}

TEST_F(FolderJsonTest, ASearchThatBrokeOffIsTheLastEvent) {
    const RunSearchEvent event = run_search_event(run_search_update(nullptr), {});
    EXPECT_STREQ(event.name, "problem");
    EXPECT_TRUE(event.last);
}

}  // namespace
}  // namespace boardgate::boardgated
