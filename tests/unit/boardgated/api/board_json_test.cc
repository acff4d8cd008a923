// SPDX-License-Identifier: MIT
#include "src/boardgated/api/board_json.h"

#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

Board some_board() {
    Board board{*BoardId::parse("abcdefgh"), 1001, *UserName::parse("alice"), {}};
    board.options.logdir = "/home/alice/secret";
    board.options.title = "secret";
    board.port = 16007;
    board.state = State::ready;
    return board;
}

std::string codes(const Json::Value& board) {
    std::string all;
    for (const Json::Value& notice : board["notices"]) all += notice["code"].asString() + " ";
    return all;
}

TEST(BoardJson, WhatAnAdministratorSeesSaysNothingOfWhatABoardShows) {
    const Json::Value facts = board_facts_json(some_board());
    EXPECT_EQ(facts["id"], "abcdefgh");
    EXPECT_EQ(facts["owner"], "alice");
    EXPECT_EQ(facts.toStyledString().find("secret"), std::string::npos);
}

TEST(BoardJson, ABoardThatNobodyViewedWasViewedByNobody) {
    Board board = some_board();
    EXPECT_TRUE(board_json(board)["last_viewed"].isNull() && board_json(board)["last_viewed_by"].isNull());
    board.last_viewed = WallTime(1'795'000'000s);
    EXPECT_EQ(board_json(board)["last_viewed"], "2026-11-18T11:06:40.000Z");
    EXPECT_EQ(board_json(board)["last_viewed_by"], "alice");
}

TEST(BoardJson, ThePortIsTheDoorsWhateverWasAskedFor) {
    Board board = some_board();
    board.options.port = 0;
    EXPECT_EQ(board_json(board)["port"], 16007);
}

TEST(BoardJson, WhatTheKernelDoesNotCountIsNull) {
    Board board = some_board();
    EXPECT_TRUE(board_json(board)["memory"].isNull() && board_json(board)["cpu_seconds"].isNull());
    board.usage = {5'000'000'000, 0.25};
    EXPECT_EQ(board_json(board)["memory"].asUInt64(), 5'000'000'000U);
    EXPECT_EQ(board_json(board)["cpu_seconds"].asDouble(), 0.25);
}

TEST(BoardJson, WaitsForSomethingOnlyWhileItWaits) {
    Board board = some_board();
    board.waiting_for = "for a slot";
    EXPECT_TRUE(board_json(board)["waiting_for"].isNull());
    board.state = State::waiting;
    EXPECT_EQ(board_json(board)["waiting_for"], "for a slot");
    EXPECT_TRUE(board_json(board)["sleeps_at"].isNull());
}

TEST(BoardJson, HasTheJobsPlaceOnTheCluster) {
    Board board = some_board();
    EXPECT_EQ(board_json(board)["engine"], "systemd");
    for (const char* field : {"node", "job", "state_reason"}) EXPECT_TRUE(board_json(board)[field].isNull()) << field;
    board.options.engine = "slurm";
    board.facts.status_text = "Serving [slurm_running] job=29 node=n1";
    EXPECT_EQ(board_json(board)["engine"], "slurm");
    EXPECT_EQ(board_json(board)["unit"], "tensorboard.slurm-alice-abcdefgh.service");
    EXPECT_EQ(board_facts_json(board)["node"], "n1");
    EXPECT_EQ(board_facts_json(board)["job"], "29");
    EXPECT_TRUE(board_json(board)["state_reason"].isNull());
    board.state = State::queued;
    board.facts.status_text = "In Slurm's queue: Priority [slurm_queued] job=29";
    EXPECT_EQ(board_json(board)["state_reason"], "jobs of higher priority are before it");
    EXPECT_TRUE(board_json(board)["node"].isNull());
    board.state = State::asleep;
    EXPECT_TRUE(board_json(board)["job"].isNull());
}

TEST(BoardJson, WhyItSleepsIsNullWhereNobodyKnows) {
    Board board = some_board();
    EXPECT_TRUE(board_event_json(board)["asleep_because"].isNull());
    board.asleep_because = "you put it to sleep";
    EXPECT_EQ(board_event_json(board)["asleep_because"], "you put it to sleep");
    EXPECT_FALSE(board_json(board).isMember("asleep_because")) << "what lasts is the same before and after a restart";
}

TEST(BoardJson, NoticesAreWhatTheUnitSaysAndWhoElseSeesIt) {
    Board board = some_board();
    EXPECT_EQ(codes(board_json(board)), "");
    board.facts.status_text = "Serving [no_event_files]";
    EXPECT_EQ(codes(board_json(board)), "no_event_files ");
    board.options.bind_all = true;
    const Json::Value json = board_json(board);
    EXPECT_EQ(codes(json), "no_event_files open_to_network ");
    EXPECT_NE(json["notices"][1]["text"].asString().find("port 16007"), std::string::npos);
}

TEST(BoardJson, AFailureIsReportedTogetherWithItsReason) {
    Board board = some_board();
    board.state_before = State::starting;
    board.state = State::failed;
    EXPECT_EQ(board_json(board)["state"], "starting");
    EXPECT_TRUE(board_json(board)["failure"].isNull());
    board.failure = Failure{"x", "", "", ""};
    EXPECT_EQ(board_json(board)["state"], "failed");
    EXPECT_EQ(board_json(board)["failure"]["code"], "x");
}

}  // namespace
}  // namespace boardgate::boardgated
