// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/gate.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/boardgated/gate/gate_machine.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

/// A session of alice and her board, ready: everything that an allowed request needs.
struct GateTest : testing::Test, GateMachine {
    Token token = Token::make();
    BoardId board = make(1001, "alice");
    std::string cookie = cookie_of(token);
    std::string uri = "/b/" + board.str() + "/";
    GateQuestion question;

    GateTest() {
        log_in(token, 1001, "alice");
        become(board, "active");
        question.raw_uri = uri;
        question.path = uri;
        question.cookie = cookie;
        question.host = "lab.example";
    }
    [[nodiscard]] Refusal refusal() const {
        const GateDecision decision = gate.decide(question);
        // Only an allowed request has a port in its answer.
        EXPECT_EQ(decision.port != 0, decision.refusal == Refusal::none);
        return decision.refusal;
    }
};

TEST_F(GateTest, LetsAnOwnerToAReadyBoardAndNamesItsPort) {
    const GateDecision decision = gate.decide(question);
    EXPECT_EQ(decision.refusal, Refusal::none);
    EXPECT_EQ(decision.port, 16001);
    EXPECT_EQ(decision.board, board);
    EXPECT_EQ(decision.session->user, "alice");
}

TEST_F(GateTest, DecidesWhileTheDiskStalls) {
    disk.stall();
    const Token late = Token::make();
    std::vector<std::jthread> writers;
    writers.emplace_back([&] { EXPECT_TRUE(registry.set_options(board, {})); });
    writers.emplace_back([&] { log_in(late, 1002, "bob"); });
    writers.emplace_back([&] { sessions.sweep(); });
    writers.emplace_back([&] { make(1001, "alice"); });
    ASSERT_TRUE(disk.is_waited_for());
    EXPECT_EQ(refusal(), Refusal::none);
    registry.viewed(board);
    sessions.touch(token.hash());
    become(board, "inactive");
    EXPECT_EQ(refusal(), Refusal::not_ready);
    disk.go_on();
}

TEST_F(GateTest, RefusesWhoIsNotLoggedIn) {
    question.cookie = {};
    EXPECT_EQ(refusal(), Refusal::unauthenticated);
    const std::string unknown = cookie_of(Token::make());
    question.cookie = unknown;
    EXPECT_EQ(refusal(), Refusal::unauthenticated);
    const std::string twice = cookie + "; " + cookie;
    question.cookie = twice;
    EXPECT_EQ(refusal(), Refusal::unauthenticated);
    question.cookie = cookie;
    sessions.end(token.hash());
    EXPECT_EQ(refusal(), Refusal::unauthenticated);
}

TEST_F(GateTest, RefusesASessionThatHasEnded) {
    clock.advance(settings.session_idle);
    EXPECT_EQ(refusal(), Refusal::unauthenticated);
}

TEST_F(GateTest, TellsWhoIsNotLoggedInNothingOfBoards) {
    question.cookie = {};
    const Refusal of_a_board = refusal();
    const std::string unknown = "/b/zzzzzzzz/";
    question.raw_uri = question.path = unknown;
    EXPECT_EQ(refusal(), of_a_board);
    const GateDecision decision = gate.decide(question);
    EXPECT_FALSE(decision.state);
}

TEST_F(GateTest, RefusesSomebodyElsesBoard) {
    const BoardId other = make(1002, "bob");
    become(other, "active");
    const std::string of_bob = "/b/" + other.str() + "/";
    question.raw_uri = question.path = of_bob;
    EXPECT_EQ(refusal(), Refusal::not_your_board);
    EXPECT_FALSE(gate.decide(question).state) << "nor is its state told";
}

TEST_F(GateTest, KnowsOwnersByUidAndNotByName) {
    const Token namesake = Token::make();
    log_in(namesake, 1002, "alice");
    const std::string theirs = cookie_of(namesake);
    question.cookie = theirs;
    EXPECT_EQ(refusal(), Refusal::not_your_board);
}

TEST_F(GateTest, RefusesABoardThatIsNotThere) {
    ASSERT_TRUE(registry.remove(board));
    EXPECT_EQ(refusal(), Refusal::no_such_board);
}

TEST_F(GateTest, RefusesEveryStateButReady) {
    for (const char* service : {"inactive", "activating", "failed", "deactivating", ""}) {
        become(board, service);
        EXPECT_EQ(refusal(), Refusal::not_ready) << service;
    }
    become(board, "inactive");
    registry.set_waiting(board, "for a free slot");
    EXPECT_EQ(refusal(), Refusal::not_ready);
    become(board, "", "");
    EXPECT_EQ(refusal(), Refusal::not_ready);
    become(board, "active");
    EXPECT_EQ(refusal(), Refusal::none);
}

TEST_F(GateTest, RefusesAHeldBoardThatIsStillReady) {
    ASSERT_TRUE(registry.set_hold(board, Hold{"root", "why", clock.wall()}));
    EXPECT_EQ(refusal(), Refusal::not_ready);
    ASSERT_TRUE(registry.set_hold(board, std::nullopt));
    EXPECT_EQ(refusal(), Refusal::none);
}

TEST_F(GateTest, RefusesPortsThatAreNoDoors) {
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{22, 443, 15999, 16000, 16100}) {
        ASSERT_TRUE(registry.set_port(board, port));
        EXPECT_EQ(refusal(), Refusal::unsound) << port;
    }
    ASSERT_TRUE(registry.set_port(board, 16099));
    EXPECT_EQ(refusal(), Refusal::none);
}

TEST_F(GateTest, RefusesEverybodyUnlessThePacketFilterHolds) {
    gate.set_healthy(false);
    EXPECT_EQ(refusal(), Refusal::unsound);
    gate.set_healthy(true);
    EXPECT_EQ(refusal(), Refusal::none);
}

TEST(Gate, IsClosedUntilThePacketFilterWasSeen) {
    fakes::FakeClock clock;
    const auto store = Store::open(":memory:").value();
    const Settings settings;
    EndedLogins ended(*store, [](const std::vector<TokenHash>&) { return true; });
    Sessions sessions(*store, ended, settings, clock);
    Registry registry(*store, clock);
    FrontEnds front_ends(settings, clock, "/nonexistent", "/nonexistent");
    EXPECT_FALSE(Gate(sessions, registry, settings, front_ends).healthy());
}

TEST_F(GateTest, OtherPagesMayLinkToABoardButNotFetchFromIt) {
    for (const char* site : {"cross-site", "same-site", "nonsense"}) {
        question.fetch_site = site;
        question.navigation = false;
        EXPECT_EQ(refusal(), Refusal::cross_site) << site;
        question.navigation = true;
        EXPECT_EQ(refusal(), Refusal::none) << site;
    }
    question.navigation = false;
    for (const char* site : {"same-origin", "none", ""}) {
        question.fetch_site = site;
        EXPECT_EQ(refusal(), Refusal::none) << site;
    }
}

TEST_F(GateTest, WebSocketsComeFromTheSameOriginOnly) {
    question.upgrade = "websocket";
    EXPECT_EQ(refusal(), Refusal::cross_site);
    for (const char* origin :
         {"https://evil.example", "http://lab.example", "https://lab.example:8443", "null", "https://lab.example.evil"}) {
        question.origin = origin;
        EXPECT_EQ(refusal(), Refusal::cross_site) << origin;
    }
    question.origin = "https://lab.example";
    EXPECT_EQ(refusal(), Refusal::none);
}

TEST_F(GateTest, RefusesPathsOfNoBoard) {
    for (const char* path : {"", "/", "/b/", "/b/short/", "/b/../etc/", "/api/v1/boards", "/x/abcdefgh/"}) {
        question.raw_uri = question.path = path;
        EXPECT_EQ(refusal(), Refusal::malformed) << path;
    }
}

/// Threat 1 and 3: what is authorised is what is served.
TEST(BoardOfPath, BothSpellingsNameTheSameBoard) {
    const auto id = BoardId::parse("abcdefgh").value();
    EXPECT_EQ(board_of_path("/b/abcdefgh/data/runs?x=1", "/b/abcdefgh/data/runs"), id);
    EXPECT_EQ(board_of_path("/b/abcdefgh", "/b/abcdefgh"), id);
    EXPECT_EQ(board_of_path("/b/abcdefgh?x=/b/zzzzzzzz/", "/b/abcdefgh"), id);
    EXPECT_EQ(board_of_path("/b/zzzzzzzz/..%2fabcdefgh/", "/b/abcdefgh/"), std::nullopt);
    EXPECT_EQ(board_of_path("/b/abcdefgh/", "/b/zzzzzzzz/"), std::nullopt);
    EXPECT_EQ(board_of_path("/%62/abcdefgh/", "/b/abcdefgh/"), std::nullopt);
    EXPECT_EQ(board_of_path("//b/abcdefgh/", "/b/abcdefgh/"), std::nullopt);
    EXPECT_EQ(board_of_path("/b/abcdefg%68/", "/b/abcdefgh/"), std::nullopt);
    EXPECT_EQ(board_of_path("/b/ABCDEFGH/", "/b/ABCDEFGH/"), std::nullopt);
    EXPECT_EQ(board_of_path("/b/abcdefghj/", "/b/abcdefghj/"), std::nullopt) << "a longer word that begins like one";
    EXPECT_EQ(board_of_path("/b/abcdefgh;x/", "/b/abcdefgh;x/"), std::nullopt);
    EXPECT_EQ(board_of_path("/b/abcdefgh#/", "/b/abcdefgh"), std::nullopt);
    EXPECT_EQ(board_of_path("https://x/b/abcdefgh/", "/b/abcdefgh/"), std::nullopt);
}

}  // namespace
}  // namespace boardgate::boardgated
