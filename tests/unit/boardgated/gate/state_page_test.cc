// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/state_page.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace boardgate::boardgated {
namespace {

Board board_in(State state) {
    Board board{*BoardId::parse("abcdefgh"), 1001, *UserName::parse("alice"), {}};
    board.options.title = "<script>alert(1)</script>";
    board.options.logdir = "/home/alice/\"><img src=x onerror=alert(1)>";
    board.state = state;
    return board;
}

TEST(StatePage, NothingThatAPersonNamedBecomesMarkup) {
    Board board = board_in(State::failed);
    board.failure = Failure{"x", "s", "<b>detail</b>", "r", 1, {"<i>line</i>"}};
    const std::string body = state_page(board).body;
    for (const char* evil : {"<script>alert", "<img src=x", "<b>", "<i>"}) EXPECT_EQ(body.find(evil), std::string::npos) << evil;
    EXPECT_NE(body.find("&lt;i&gt;line&lt;/i&gt;"), std::string::npos);
}

TEST(StatePage, IsNeverASuccessAndNeverKept) {
    for (const State state : {State::asleep, State::waiting, State::queued, State::starting, State::failed, State::off}) {
        const Response page = state_page(board_in(state));
        EXPECT_EQ(page.status, 503);
        EXPECT_NE(std::find(page.headers.begin(), page.headers.end(), std::pair<std::string, std::string>("Cache-Control", "no-store")),
                  page.headers.end());
    }
}

TEST(StatePage, SaysWhatABoardWaitsFor) {
    Board board = board_in(State::waiting);
    board.waiting_for = "you have 4 boards awake & this one waits";
    const std::string body = state_page(board).body;
    EXPECT_NE(body.find("</strong>: you have 4 boards awake &amp; this one waits.</p>"), std::string::npos) << body;
}

TEST(StatePage, SaysWhyAJobIsInTheQueue) {
    Board board = board_in(State::queued);
    board.options.engine = "slurm";
    board.facts.status_text = "In Slurm's queue: Resources [slurm_queued] job=29";
    const std::string body = state_page(board).body;
    EXPECT_NE(body.find("</strong>: In Slurm&#39;s queue: the nodes are busy; it starts when another job ends.</p>"), std::string::npos)
        << body;
}

TEST(StatePage, ReloadsWithoutScriptsUnlessItFailed) {
    EXPECT_NE(state_page(board_in(State::starting)).body.find("http-equiv=\"refresh\""), std::string::npos);
    EXPECT_EQ(state_page(board_in(State::failed)).body.find("http-equiv=\"refresh\""), std::string::npos);
}

TEST(StatePage, LoginRedirectNamesTheBoard) {
    const Response response = login_redirect(BoardId::parse("abcdefgh").value());
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(response.headers.back().second, "/login?board=abcdefgh");
    EXPECT_EQ(login_redirect(BoardId::parse("abcdefgh").value(), "runFilter=a%20b&x=\r\n").headers.back().second,
              "/login?board=abcdefgh&at=%3FrunFilter%3Da%2520b%26x%3D%0D%0A");
    EXPECT_EQ(login_redirect({}, "x").headers.back().second, "/login");
}

}  // namespace
}  // namespace boardgate::boardgated
