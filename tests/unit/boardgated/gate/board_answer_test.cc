// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/board_answer.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_launcher.h"
#include "tests/unit/boardgated/gate/gate_machine.h"
#include "tests/unit/boardgated/web/fast_cgi.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

/// alice, who is logged in, asks for her board; each test says what it is like and how she asks.
struct BoardAnswerTest : testing::Test, GateMachine {
    fakes::FakeLauncher launcher{registry};
    BoardScheduler scheduler{launcher, registry, settings, clock, {[](const BoardId&) {}, [](std::uint32_t) { return false; }}};
    ThreadPool threads{"threads", {1, 1, 8, 8}};
    BoardAnswer board_answer{gate, scheduler, registry, front_ends, threads};
    FastCgi nginx;
    Token token = Token::make();
    BoardId board = make(1001, "alice");

    BoardAnswerTest() : GateMachine("awake_boards = 1\n") {
        registry.listen([this](const Board& changed, bool gone) { scheduler.board_changed(changed, gone); });
        log_in(token, 1001, "alice");
    }
    BoardId make(std::uint32_t uid, const std::string& user) {
        const BoardId id = GateMachine::make(uid, user);
        become(id, "inactive");
        return id;
    }
    void become(const BoardId& id, const std::string& service, const std::string& run = "before") {
        GateMachine::become(id, service, "active", run);
    }
    [[nodiscard]] CgiParameters script(const BoardId& id) const {
        const std::string uri = "/b/" + id.str() + "/data/runs";
        return {{"REQUEST_METHOD", "GET"},
                {"REQUEST_URI", uri},
                {"DOCUMENT_URI", uri},
                {"HTTP_HOST", "lab.example"},
                {"HTTP_COOKIE", cookie_of(token)}};
    }
    [[nodiscard]] CgiParameters person(const BoardId& id) const {
        CgiParameters what = script(id);
        what["HTTP_SEC_FETCH_MODE"] = "navigate";
        what["HTTP_SEC_FETCH_DEST"] = "document";
        return what;
    }
    CgiAnswer ask(const CgiParameters& what) {
        const Fd connection = nginx.send(what);
        board_answer.handle(nginx.accept());
        return FastCgi::answer(connection);
    }
    static std::string code(const CgiAnswer& answer) { return trusted_json(answer.body)["code"].asString(); }
};

TEST_F(BoardAnswerTest, ASleepingBoardIsWokenAndReached) {
    for (const CgiParameters& what : {script(board), person(board)}) {
        become(board, "inactive");
        launcher.asked.clear();
        EXPECT_EQ(ask(what).headers["X-Accel-Redirect"], "@boardgate_board");
        EXPECT_EQ(launcher.asked, std::vector<std::string>{"wake " + board.str()});
    }
}

TEST_F(BoardAnswerTest, AVisitorWithoutASessionIsSentToTheLoginPageAndAScriptGets401) {
    CgiParameters what = person(board);
    what.erase("HTTP_COOKIE");
    const CgiAnswer page = ask(what);
    EXPECT_EQ(page.status, 303);
    EXPECT_EQ(page.headers.at("Location"), "/login?board=" + board.str());
    what["QUERY_STRING"] = "smoothing=0.3";
    what["DOCUMENT_URI"] = what["REQUEST_URI"] = "/b/" + board.str() + "/";
    EXPECT_EQ(ask(what).headers.at("Location"), "/login?board=" + board.str() + "&at=%3Fsmoothing%3D0.3");
    what["DOCUMENT_URI"] = what["REQUEST_URI"] = "/b/" + board.str() + "/x";
    EXPECT_EQ(ask(what).headers.at("Location"), "/login?board=" + board.str());
    what = person(board);
    what = script(board);
    what.erase("HTTP_COOKIE");
    EXPECT_EQ(ask(what).status, 401);
    EXPECT_TRUE(launcher.asked.empty());
}

TEST_F(BoardAnswerTest, TheBarOfABoardsPageGetsTheStateAndTheBoardSleepsOn) {
    become(board, "inactive");
    launcher.asked.clear();
    CgiParameters what = script(board);
    what["BG_ROLE"] = "board_about";
    const CgiAnswer told = ask(what);
    EXPECT_EQ(told.status, 200);
    EXPECT_EQ(trusted_json(told.body)["state"], "asleep");
    EXPECT_EQ(trusted_json(told.body)["owner"], "alice");
    EXPECT_TRUE(launcher.asked.empty());
    what.erase("HTTP_COOKIE");
    EXPECT_EQ(code(ask(what)), "unauthenticated");
    CgiParameters other = script(make(1002, "bob"));
    other["BG_ROLE"] = "board_about";
    EXPECT_EQ(code(ask(other)), "not_your_board");
}

TEST_F(BoardAnswerTest, NobodyWakesABoardThatIsNotTheirs) {
    const BoardId other = make(1002, "bob");
    EXPECT_EQ(code(ask(script(other))), "not_your_board");
    EXPECT_EQ(code(ask(script(BoardId::make()))), "no_such_board");
    const CgiAnswer page = ask(person(other));
    EXPECT_EQ(page.status, 403);
    EXPECT_NE(page.body.find("data-board=\"" + other.str() + "\""), std::string::npos);
    for (const char* known : {"bob", "runs", "/data"}) EXPECT_EQ(page.body.find(known + std::string("<")), std::string::npos) << known;
    CgiParameters foreign = script(board);
    foreign["HTTP_SEC_FETCH_SITE"] = "cross-site";
    EXPECT_EQ(code(ask(foreign)), "cross_site");
    EXPECT_TRUE(launcher.asked.empty());
}

TEST_F(BoardAnswerTest, NothingIsWokenWhileTheGateIsClosed) {
    gate.set_healthy(false);
    const CgiAnswer answer = ask(script(board));
    EXPECT_EQ(code(answer), "gate_unsound");
    EXPECT_EQ(answer.headers.at("Retry-After"), "10");
    EXPECT_TRUE(launcher.asked.empty());
}

TEST_F(BoardAnswerTest, AFailedBoardIsNotWokenButExplained) {
    become(board, "failed");
    ASSERT_TRUE(registry.set_failure(board, registry.find(board)->facts, {"x", "It failed on purpose", "", "Do something else."}));
    const CgiAnswer told = ask(script(board));
    EXPECT_EQ(told.status, 503);
    EXPECT_EQ(trusted_json(told.body)["detail"], "board " + board.str() + ": It failed on purpose. Do something else.");
    EXPECT_NE(ask(person(board)).body.find("It failed on purpose"), std::string::npos);
    EXPECT_TRUE(launcher.asked.empty());
}

TEST_F(BoardAnswerTest, ABoardForWhichThereIsNoRoomWaitsAndSaysSo) {
    const BoardId other = make(1002, "bob");
    become(other, "active");
    const CgiAnswer told = ask(script(board));
    EXPECT_EQ(code(told), "board_not_ready");
    EXPECT_NE(told.body.find("this server has 1 boards awake"), std::string::npos) << told.body;
    EXPECT_EQ(registry.find(board)->state, State::waiting);
    EXPECT_EQ(ask(script(board)).status, 503) << "and again, without another place in the queue";
    EXPECT_TRUE(launcher.asked.empty());
}

TEST_F(BoardAnswerTest, ARefusedStartIsReportedWithItsReason) {
    launcher.refuse = Problem{Code::launch_failed, "on purpose"};
    EXPECT_EQ(code(ask(script(board))), "launch_failed");
}

TEST_F(BoardAnswerTest, ABoardThatBecameReadyIsReachedAndOneThatHungUpIsNotAskedForEver) {
    become(board, "active");
    EXPECT_EQ(ask(script(board)).headers["X-Accel-Redirect"], "@boardgate_board");
    CgiParameters index = script(board);
    index["BG_PLACE"] = "index";
    EXPECT_EQ(ask(index).headers["X-Accel-Redirect"], "@boardgate_index");
    CgiParameters broken = script(board);
    broken["BG_UPSTREAM_STATUS"] = "502";
    const CgiAnswer told = ask(broken);
    EXPECT_EQ(told.headers.count("X-Accel-Redirect"), 0U);
    EXPECT_EQ(code(told), "board_not_ready");
}

TEST_F(BoardAnswerTest, WhenTooManyAreBeingWokenThatIsSaidAtOnce) {
    ThreadPool full("full", {0, 0, 0, 0});
    BoardAnswer busy(gate, scheduler, registry, front_ends, full);
    const Fd connection = nginx.send(script(board));
    busy.handle(nginx.accept());
    EXPECT_EQ(code(FastCgi::answer(connection)), "busy");
}

}  // namespace
}  // namespace boardgate::boardgated
