// SPDX-License-Identifier: MIT
#include "src/boardgated/units/unit_reconciler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_launcher.h"

namespace boardgate::boardgated {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct UnitReconcilerTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock};
    fakes::FakeLauncher launcher{registry};
    std::vector<std::string> refreshed;
    UnitReconciler unit_reconciler{registry, launcher, [this](const BoardId& id) { refreshed.push_back(id.str()); }};
    Token token = Token::make();

    void log_in(const char* user) { ASSERT_TRUE(unit_reconciler.person_arrives(1001, UserName::parse(user).value(), token)); }
    wire::DoorSpec record_of(const std::string& home) {
        wire::DoorSpec door;
        door.board = "abcdefgh";
        door.logdir = "/home/alice/runs";
        door.environment = "default";
        door.home = home;
        return door;
    }
};

TEST_F(UnitReconcilerTest, UnitsWithoutBoardAndRecordGoWhenTheirOwnerLogsIn) {
    unit_reconciler.find_unknown(
        {"tensorboard-alice-abcdefgh.service", "tensorboard-alice-abcdefgh.socket", "tensorboard-bob-zzzzzzzz.socket"});
    EXPECT_THAT(launcher.asked, IsEmpty()) << "not before: nothing is done without their owner's token";
    log_in("alice");
    EXPECT_THAT(launcher.asked, ElementsAre("remove_door abcdefgh"));
    log_in("alice");
    EXPECT_EQ(launcher.asked.size(), 1U) << "once";
    log_in("bob");
    EXPECT_THAT(launcher.asked, ElementsAre("remove_door abcdefgh", "remove_door zzzzzzzz"));
}

TEST_F(UnitReconcilerTest, UnitsOfBoardsAreNoOrphans) {
    const Board board = registry.add(1001, UserName::parse("alice").value(), {}).value();
    unit_reconciler.find_unknown({board.unit().service(), board.unit().socket()});
    log_in("alice");
    EXPECT_THAT(launcher.asked, IsEmpty());
}

TEST_F(UnitReconcilerTest, OtherUnitsAreNotOurs) {
    unit_reconciler.find_unknown(
        {"tensorboard-alice-short.service", "tensorboard-alice.service", "nginx.service", "tensorboard-a-b-abcdefgh.service"});
    log_in("alice");
    log_in("a");
    log_in("a-b");
    EXPECT_THAT(launcher.asked, IsEmpty());
}

TEST_F(UnitReconcilerTest, NamesThatBeginAlikeAreOtherPeople) {
    unit_reconciler.find_unknown({"tensorboard-alice2-abcdefgh.service"});
    log_in("alice");
    EXPECT_THAT(launcher.asked, IsEmpty());
}

TEST_F(UnitReconcilerTest, ABoardThatTheDatabaseLostIsRebuiltFromItsRecord) {
    launcher.home = HomeMark::parse("12:1000.000000001").value();
    launcher.records["abcdefgh"] = record_of("12:1000.000000001");
    unit_reconciler.find_unknown({"tensorboard-alice-abcdefgh.socket"});
    log_in("alice");
    EXPECT_THAT(launcher.asked, IsEmpty());
    const auto board = registry.find(BoardId::parse("abcdefgh").value());
    ASSERT_TRUE(board);
    EXPECT_EQ(board->options.logdir, "/home/alice/runs");
    EXPECT_THAT(refreshed, ElementsAre("abcdefgh"));
}

TEST_F(UnitReconcilerTest, ARecordOfAnotherHomeIsKeptAndIsNobodys) {
    for (const char* recorded : {"13:1000.000000001", ""}) {
        launcher.home = HomeMark::parse("12:1000.000000001").value();
        launcher.records["abcdefgh"] = record_of(recorded);
        unit_reconciler.find_unknown({"tensorboard-alice-abcdefgh.socket"});
        log_in("alice");
        EXPECT_THAT(launcher.asked, IsEmpty());
        EXPECT_TRUE(registry.all().empty());
    }
}

TEST_F(UnitReconcilerTest, ABoardThatIsSetAsideHasNoDoor) {
    launcher.home = HomeMark::parse("12:1000.000000001").value();
    const Board board = registry.add(1001, UserName::parse("alice").value(), {}, 50, {}, "12:2000.000000001").value();
    log_in("alice");
    EXPECT_THAT(launcher.asked, ElementsAre("remove_door " + board.id.str()));
}

TEST_F(UnitReconcilerTest, DoorsMoveWithARenamedAccount) {
    launcher.home = HomeMark::parse("12:1000.000000001").value();
    const Board board = registry.add(1001, UserName::parse("alice").value(), {}, 50, {}, "12:1000.000000001").value();
    log_in("anna");
    EXPECT_THAT(launcher.asked, ElementsAre("make_door " + board.id.str()));
    EXPECT_EQ(registry.find(board.id)->owner.str(), "anna");
    EXPECT_EQ(registry.find(board.id)->port, launcher.port);
    EXPECT_THAT(refreshed, ElementsAre(board.id.str()));
}

TEST_F(UnitReconcilerTest, BoardsThatRestAreFoundAfterAStart) {
    const Board resting = registry.add(1001, UserName::parse("alice").value(), {}).value();
    const Board off = registry.add(1001, UserName::parse("alice").value(), {}).value();
    launcher.resting = {resting.id};
    EXPECT_TRUE(unit_reconciler.find_resting());
    EXPECT_EQ(registry.find(resting.id)->state, State::asleep);
    EXPECT_EQ(registry.find(off.id)->state, State::off);
}

TEST_F(UnitReconcilerTest, AsksAgainForAHomeThatWasUnknownAtTheLogin) {
    const auto home = HomeMark::parse("12:1000.000000001").value();
    const BoardId board = registry.add(1001, UserName::parse("alice").value(), {}, 50, {}, home.str()).value().id;
    const auto lives = [](const TokenHash&) { return true; };
    log_in("alice");
    EXPECT_FALSE(registry.find(board));
    unit_reconciler.ask_for_homes(lives);
    EXPECT_FALSE(registry.find(board)) << "it is still unknown";
    launcher.home = home;
    unit_reconciler.ask_for_homes([](const TokenHash&) { return false; });
    EXPECT_FALSE(registry.find(board)) << "nobody is logged in any more";
    log_in("alice");
    EXPECT_TRUE(registry.find(board));
    EXPECT_EQ(refreshed, std::vector<std::string>{board.str()});
    EXPECT_THAT(launcher.asked, IsEmpty()) << "its door was left alone";
    launcher.home.reset();
    log_in("alice");
    launcher.home = home;
    unit_reconciler.ask_for_homes(lives);
    EXPECT_TRUE(registry.find(board));
}

TEST_F(UnitReconcilerTest, AsksForAHomeThatWasUnknownBeforeTheStart) {
    const auto home = HomeMark::parse("12:1000.000000001").value();
    const BoardId board = registry.add(1001, UserName::parse("alice").value(), {}, 50, {}, home.str()).value().id;
    log_in("alice");
    Registry later{*store, clock};
    ASSERT_TRUE(later.load());
    UnitReconciler after_restart{later, launcher, [](const BoardId&) {}};
    const auto lives = [](const TokenHash&) { return true; };
    launcher.home = home;
    after_restart.ask_for_homes(lives);
    EXPECT_FALSE(later.find(board)) << "nobody was here";
    EXPECT_TRUE(after_restart.await_home(1001, "alice", token));
    EXPECT_FALSE(after_restart.await_home(1001, "alice", token)) << "once";
    after_restart.ask_for_homes(lives);
    EXPECT_TRUE(later.find(board));
}

}  // namespace
}  // namespace boardgate::boardgated
