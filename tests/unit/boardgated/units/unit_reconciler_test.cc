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
    UnitReconciler unit_reconciler{registry, launcher};
    Token token = Token::make();

    void log_in(const char* user) { unit_reconciler.remove_unknown_of(UserName::parse(user).value(), token); }
};

TEST_F(UnitReconcilerTest, UnitsOfNoBoardGoWhenTheirOwnerLogsIn) {
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

}  // namespace
}  // namespace boardgate::boardgated
