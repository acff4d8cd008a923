// SPDX-License-Identifier: MIT
// Which boards are whose, after accounts were made again, renamed, or got another home.
#include <gtest/gtest.h>

#include "src/boardgated/boards/registry.h"

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

struct RegistryHomesTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock};
    const HomeMark home = HomeMark::parse("12:1000.000000001").value();
    const HomeMark other_home = HomeMark::parse("12:2000.000000002").value();
    const UserName u1001 = UserName::parse("u1001").value();

    BoardId add(std::uint32_t uid) { return registry.add(uid, UserName::parse("u" + std::to_string(uid)).value(), {}).value().id; }
    [[nodiscard]] Board at(const BoardId& id) const { return registry.find(id).value(); }
    BoardId add_in(const HomeMark& mark) { return registry.add(1001, u1001, {}, 50, {}, mark.str()).value().id; }
    Registry::Changes arrives(const std::optional<HomeMark>& mark, const char* name = "u1001") {
        return registry.person_arrives(1001, UserName::parse(name).value(), mark).value();
    }
};

TEST_F(RegistryHomesTest, BoardsOfAnotherHomeAreSetAsideAndNotLost) {
    const BoardId board = add_in(home);
    const BoardId other = add(1002);
    EXPECT_EQ(arrives(home).aside.size(), 0U) << "they are the person's own";
    EXPECT_EQ(arrives(other_home).aside.size(), 1U);
    EXPECT_FALSE(registry.find(board));
    EXPECT_TRUE(registry.boards_of(1001).empty());
    EXPECT_TRUE(registry.find(other));
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    EXPECT_FALSE(again.find(board)) << "after a restart, too";
    EXPECT_EQ(store->boards()->size(), 2U);
    EXPECT_EQ(arrives(other_home).aside.size(), 0U) << "once";
    EXPECT_EQ(arrives(home).taken.size(), 1U) << "the home is back";
    EXPECT_EQ(at(board).owner, u1001);
}

TEST_F(RegistryHomesTest, AHomeThatCannotBeReadBindsNothingAndLosesNothing) {
    const BoardId board = add_in(home);
    const BoardId unbound = add(1001);
    const auto unread = arrives(std::nullopt);
    EXPECT_EQ(unread.aside.size(), 0U) << "its door stays";
    EXPECT_EQ(unread.hidden.size(), 1U);
    EXPECT_TRUE(unread.awaits_home);
    EXPECT_FALSE(registry.find(board)) << "the next person with the name and number can stop the program that reads the home";
    EXPECT_TRUE(registry.is_hidden(board));
    EXPECT_EQ(at(unbound).home, "");
    EXPECT_EQ(arrives(std::nullopt).hidden.size(), 0U) << "once";
    const auto read = arrives(home);
    EXPECT_EQ(read.back.size(), 1U);
    EXPECT_EQ(read.taken.size(), 0U) << "its door is there";
    EXPECT_FALSE(read.awaits_home);
    EXPECT_TRUE(registry.find(board));
    EXPECT_FALSE(registry.is_hidden(board));
}

TEST_F(RegistryHomesTest, WhatIsHiddenComesBackToItsOwnHomeOnly) {
    const BoardId board = add_in(home);
    EXPECT_EQ(arrives(std::nullopt).hidden.size(), 1U);
    const auto other = arrives(other_home);
    EXPECT_EQ(other.back.size() + other.taken.size(), 0U);
    EXPECT_TRUE(arrives(std::nullopt).awaits_home);
    EXPECT_FALSE(registry.find(board));
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    EXPECT_FALSE(again.find(board)) << "after a restart, too";
}

TEST_F(RegistryHomesTest, WhatIsHiddenAtARestartComesBackToo) {
    const BoardId board = add_in(home);
    (void)arrives(std::nullopt);
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    EXPECT_TRUE(again.is_hidden(board));
    EXPECT_TRUE(again.has_hidden(1001));
    EXPECT_FALSE(again.has_hidden(1002));
    EXPECT_EQ(again.person_arrives(1001, u1001, home)->back.size(), 1U) << "its door was left alone";
    EXPECT_TRUE(again.find(board));
    EXPECT_FALSE(again.has_hidden(1001));
}

TEST_F(RegistryHomesTest, WhatWasHiddenAndIsAnothersIsSetAsideWithItsDoor) {
    const BoardId board = add_in(home);
    (void)arrives(std::nullopt);
    EXPECT_EQ(arrives(other_home).aside.size(), 1U);
    EXPECT_FALSE(registry.is_hidden(board));
    EXPECT_EQ(arrives(std::nullopt).hidden.size(), 0U) << "it has no door to come back to";
    EXPECT_EQ(arrives(home).taken.size(), 1U);
}

TEST_F(RegistryHomesTest, NobodyHidesBoardsFromAnAdministratorsHold) {
    const BoardId board = add_in(home);
    ASSERT_TRUE(registry.set_hold(board, Hold{"root", "too much memory", clock.wall()}));
    (void)arrives(std::nullopt);
    (void)arrives(home);
    ASSERT_TRUE(at(board).held);
    EXPECT_EQ(at(board).held->reason, "too much memory");
    (void)arrives(home, "anna");
    EXPECT_TRUE(registry.gate_view(board)->held) << "nor with another name";
    (void)arrives(other_home, "anna");
    (void)arrives(home, "anna");
    EXPECT_TRUE(registry.gate_view(board)->held);
}

TEST_F(RegistryHomesTest, NobodyHidesBoardsToHaveMore) {
    const auto another = [&] { return registry.add(1001, u1001, {}, 2, {}, home.str()); };
    ASSERT_TRUE(another());
    ASSERT_TRUE(another());
    (void)arrives(std::nullopt);
    EXPECT_EQ(another().error().code, Code::too_many_boards);
    EXPECT_TRUE(registry.add(1002, UserName::parse("u1002").value(), {}, 1)) << "everybody else";
    (void)arrives(other_home);
    EXPECT_TRUE(another()) << "boards of another home are another person's";
}

TEST_F(RegistryHomesTest, ARenamedAccountKeepsItsBoards) {
    const BoardId board = add_in(home);
    EXPECT_EQ(arrives(home, "anna").taken.size(), 1U);
    EXPECT_EQ(at(board).owner.str(), "anna");
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    EXPECT_EQ(again.find(board)->owner.str(), "anna");
}

TEST_F(RegistryHomesTest, TheNumberOfADeletedAccountBringsNoBoards) {
    const BoardId unbound = add(1001);
    const BoardId board = add_in(home);
    EXPECT_EQ(arrives(other_home, "anna").aside.size(), 2U);
    EXPECT_FALSE(registry.find(unbound));
    EXPECT_FALSE(registry.find(board));
}

TEST_F(RegistryHomesTest, AnAdministratorGivesThemBack) {
    const BoardId board = add_in(home);
    (void)arrives(other_home);
    EXPECT_EQ(store->adopt("somebody").value(), 0U);
    EXPECT_EQ(store->adopt("u1001").value(), 1U);
    EXPECT_EQ(arrives(other_home).taken.size(), 1U);
    EXPECT_EQ(at(board).home, other_home.str());
}

TEST_F(RegistryHomesTest, ABoardIsRebuiltFromItsDoor) {
    const BoardId lost = add_in(home);
    const Board before = at(lost);
    wire::DoorSpec door = door_spec(lost, before.options, before.home);
    door.port = 16007;
    ASSERT_TRUE(registry.remove(lost));
    ASSERT_TRUE(registry.rebuild(1001, u1001, door));
    EXPECT_EQ(at(lost).port, 16007);
    EXPECT_EQ(options_text(at(lost).options), options_text(before.options));
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    EXPECT_EQ(again.find(lost)->home, home.str());
}

}  // namespace
}  // namespace boardgate::boardgated
