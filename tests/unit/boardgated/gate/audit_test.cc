// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/audit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct ViewAuditTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock};
    ViewAudit views{registry, clock};
    Board board = registry.add(1001, *UserName::parse("alice"), {}).value();

    /// What passed() writes to standard error, where no journal listens.
    std::string said(const GateDecision& decision) {
        testing::internal::CaptureStderr();
        views.gate_decided(decision, "192.0.2.1");
        return testing::internal::GetCapturedStderr();
    }
};

TEST_F(ViewAuditTest, OneLineAnHourForEachPersonAndBoard) {
    EXPECT_TRUE(views.is_first(1001, board.id));
    EXPECT_FALSE(views.is_first(1001, board.id));
    EXPECT_TRUE(views.is_first(1002, board.id));
    clock.advance(59min);
    views.sweep();
    EXPECT_FALSE(views.is_first(1001, board.id));
    clock.advance(1min);
    EXPECT_TRUE(views.is_first(1001, board.id));
    EXPECT_FALSE(views.is_first(1001, board.id));
}

TEST_F(ViewAuditTest, AClockThatIsSetBackHidesNothing) {
    EXPECT_TRUE(views.is_first(1001, board.id));
    clock.set_wall(WallTime{});
    clock.advance(1h);
    EXPECT_TRUE(views.is_first(1001, board.id));
}

TEST_F(ViewAuditTest, NothingIsWrittenOfSomebodyWhoWasRefused) {
    GateDecision refused;
    refused.refusal = Refusal::not_ready;
    refused.board = board.id;
    refused.session = Session{Token::make().hash(), 1001, "alice"};
    EXPECT_EQ(said(refused), "");
    EXPECT_TRUE(views.is_first(1001, board.id)) << "a refusal counted as a look";
}

TEST_F(ViewAuditTest, TheLineNamesPersonBoardAndAddress) {
    GateDecision passed;
    passed.refusal = Refusal::none;
    passed.board = board.id;
    passed.session = Session{Token::make().hash(), 1001, "alice"};
    if (access("/run/systemd/journal/socket", W_OK) == 0) GTEST_SKIP() << "the line goes to this machine's journal";
    EXPECT_NE(said(passed).find("alice views board " + board.id.str() + " from 192.0.2.1"), std::string::npos);
}

}  // namespace
}  // namespace boardgate::boardgated
