// SPDX-License-Identifier: MIT
#include "src/boardgated/sharing/shares.h"

#include <gtest/gtest.h>

#include "tests/fakes/accounts.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;
using Kind = BoardShare::Kind;

struct SharesTest : testing::Test {
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/sh"}, {1002, 1002, "bob", "/home/bob", "/bin/sh"}}};
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings("", "test").value();
    Registry registry{*store, clock};
    Memberships memberships{clock};
    Shares shares{*store, registry, memberships, settings, clock};
    BoardId board = registry.add(1001, UserName::parse("alice").value(), {}).value().id;

    SharesTest() {
        registry.listen([this](const Board& changed, bool gone) { shares.board_changed(changed, gone); });
    }
    bool put(const BoardShare& share) { return shares.put(board, share).value(); }
    std::vector<std::string> after_restart() {
        Registry again{*store, clock};
        EXPECT_TRUE(again.load());
        Shares loaded{*store, again, memberships, settings, clock};
        EXPECT_TRUE(loaded.load());
        std::vector<std::string> names;
        for (const BoardShare& share : loaded.of_board(board)) names.push_back(share.with());
        return names;
    }
};

TEST_F(SharesTest, KeepsSharesOverARestart) {
    EXPECT_TRUE(put({Kind::user, "bob", 1002, {}, clock.wall() + 24h}));
    EXPECT_FALSE(put({Kind::user, "bob", 1002})) << "the same share, without an end now";
    EXPECT_TRUE(put({Kind::group, "vision", 700'000}));
    EXPECT_EQ(registry.find(board)->sharing.shares, 2U);
    EXPECT_EQ(after_restart(), (std::vector<std::string>{"bob", "@vision"}));
    EXPECT_TRUE(shares.remove(board, BoardShare{Kind::user, "bob"}));
    EXPECT_EQ(after_restart(), std::vector<std::string>{"@vision"});
    EXPECT_TRUE(shares.remove(board, std::nullopt));
    EXPECT_TRUE(after_restart().empty());
    EXPECT_EQ(registry.find(board)->sharing.shares, 0U);
}

TEST_F(SharesTest, ANameThatBecomesSomebodyElsesIsANewShare) {
    put({Kind::user, "bob", 1002});
    shares.viewed(board, shares.of_board(board).front(), "bob");
    EXPECT_TRUE(put({Kind::user, "bob", 2002}));
    EXPECT_FALSE(shares.of_board(board).front().last_viewed) << "the other bob never looked";
    EXPECT_FALSE(shares.fitting(board, 1002, "bob"));
    EXPECT_TRUE(shares.fitting(board, 2002, "bob"));
}

TEST_F(SharesTest, EndWithTheirBoardAndDoNotComeBackWithIt) {
    put({Kind::user, "bob", 1002});
    ASSERT_TRUE(shares.ask(board, 1003, "carol"));
    ASSERT_TRUE(registry.move_to_deleted(board));
    EXPECT_FALSE(shares.fitting(board, 1002, "bob"));
    ASSERT_TRUE(registry.restore(1001, board, 9));
    EXPECT_FALSE(shares.fitting(board, 1002, "bob"));
    EXPECT_TRUE(registry.find(board)->sharing.askers.empty());
    EXPECT_TRUE(after_restart().empty());
    EXPECT_TRUE(store->shares()->empty());
    ASSERT_TRUE(registry.move_to_deleted(board));
    EXPECT_FALSE(shares.put(board, {Kind::user, "bob", 1002})) << "a deleted board is shown to nobody";
}

TEST_F(SharesTest, OfAHiddenBoardComeBackWithItAfterARestart) {
    const auto home = HomeMark::parse("12:1000.000000001").value();
    const auto alice = UserName::parse("alice").value();
    board = registry.add(1001, alice, {}, 9, {}, home.str()).value().id;
    put({Kind::user, "bob", 1002});
    ASSERT_EQ(registry.person_arrives(1001, alice, std::nullopt)->hidden.size(), 1U);
    EXPECT_EQ(after_restart(), std::vector<std::string>{"bob"});
    ASSERT_EQ(registry.person_arrives(1001, alice, HomeMark::parse("12:2000.000000001").value())->aside.size(), 1U);
    EXPECT_TRUE(after_restart().empty()) << "it is another person's home";
}

TEST_F(SharesTest, EndWithTheirOwnersAccount) {
    put({Kind::user, "bob", 1002});
    // Another account gets alice's uid.
    ASSERT_TRUE(registry.person_arrives(1001, UserName::parse("mallory").value(), std::nullopt));
    EXPECT_FALSE(shares.fitting(board, 1002, "bob"));
}

TEST_F(SharesTest, EndWhenTheNameAndTheNumberComeWithAnotherHome) {
    const auto home = HomeMark::parse("12:1000.000000001").value();
    ASSERT_TRUE(shares.person_arrives(1002, "bob", home));
    put({Kind::user, "bob", 1002});
    put({Kind::group, "vision", 700'000});
    EXPECT_FALSE(shares.person_arrives(1002, "bob", home)->another);
    EXPECT_TRUE(shares.fitting(board, 1002, "bob"));
    ASSERT_TRUE(shares.person_arrives(1002, "bob", std::nullopt));
    EXPECT_FALSE(shares.fitting(board, 1002, "bob")) << "until it is known whose account it is";
    Shares loaded{*store, registry, memberships, settings, clock};
    ASSERT_TRUE(loaded.load());
    EXPECT_FALSE(loaded.fitting(board, 1002, "bob")) << "after a restart, too";
    ASSERT_TRUE(shares.person_arrives(1002, "bob", home));
    EXPECT_TRUE(shares.fitting(board, 1002, "bob"));
    const auto next = shares.person_arrives(1002, "bob", HomeMark::parse("12:2000.000000002").value());
    EXPECT_TRUE(next->another);
    ASSERT_EQ(next->ended.size(), 1U);
    EXPECT_FALSE(shares.fitting(board, 1002, "bob"));
    EXPECT_EQ(after_restart(), std::vector<std::string>{"@vision"});
    put({Kind::user, "bob", 1002});
    EXPECT_TRUE(shares.fitting(board, 1002, "bob")) << "it is shown to this one, too";
}

TEST_F(SharesTest, TheDirectoryIsAskedOnceAboutAGroup) {
    directory.groups = {{"vision", {}}};
    for (int i = 0; i < 20; ++i) {
        const BoardId other = registry.add(1001, UserName::parse("alice").value(), {}).value().id;
        ASSERT_TRUE(shares.put(other, {Kind::group, "vision", 700'000}));
    }
    EXPECT_TRUE(shares.shown_to(1002, "bob").empty());
    EXPECT_EQ(directory.questions_about_groups, 1) << "a person who shows many boards to many groups holds up nobody";
    memberships.refresh();
    EXPECT_EQ(directory.questions_about_groups, 1) << "nobody waits to know who is no member";
}

TEST_F(SharesTest, AreBounded) {
    for (std::size_t i = 0; i < Shares::most_of_board; ++i) put({Kind::user, "u" + std::to_string(i), 3000});
    const auto more = shares.put(board, {Kind::user, "bob", 1002});
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Code::too_many_shares);
    EXPECT_FALSE(put({Kind::user, "u7", 3000})) << "those that there are can change";
}

TEST_F(SharesTest, TheSiteLimitsTheirTime) {
    settings.longest_share = 3600s;
    put({Kind::user, "bob", 1002});
    EXPECT_EQ(shares.of_board(board).front().until, clock.wall() + 3600s);
    put({Kind::user, "bob", 1002, {}, clock.wall() + 60s});
    EXPECT_EQ(shares.of_board(board).front().until, clock.wall() + 60s);
    put({Kind::user, "bob", 1002, {}, clock.wall() + 24h});
    EXPECT_EQ(shares.of_board(board).front().until, clock.wall() + 3600s);
}

TEST_F(SharesTest, TheSweepEndsWhatIsOverAndStoresWhoLooked) {
    put({Kind::user, "bob", 1002, {}, clock.wall() + 60s});
    put({Kind::group, "vision", 700'000});
    shares.viewed(board, {Kind::group, "vision"}, "carol");
    EXPECT_TRUE(shares.sweep().empty());
    clock.advance(60s);
    const auto ended = shares.sweep();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.front().share.with(), "bob");
    const auto rows = store->shares().value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.front().last_viewed_by, "carol");
    EXPECT_EQ(registry.find(board)->sharing.shares, 1U);
}

TEST_F(SharesTest, EndWhenTheAccountIsGoneForAnHour) {
    put({Kind::user, "bob", 1002});
    EXPECT_TRUE(shares.end_gone().empty());
    directory.accounts.pop_back();
    EXPECT_TRUE(shares.end_gone().empty()) << "a directory that is down may not know bob";
    clock.advance(59min);
    EXPECT_TRUE(shares.end_gone().empty());
    directory.fault = EIO;
    clock.advance(10min);
    EXPECT_TRUE(shares.end_gone().empty()) << "an error of the directory says nothing";
    directory.fault = 0;
    EXPECT_TRUE(shares.end_gone().empty()) << "and the hour begins again";
    clock.advance(61min);
    ASSERT_EQ(shares.end_gone().size(), 1U);
    EXPECT_TRUE(shares.of_board(board).empty());
}

TEST_F(SharesTest, KnowWhatIsShownToAPerson) {
    directory.groups = {{"vision", {"bob"}}};
    const BoardId second = registry.add(1001, UserName::parse("alice").value(), {}).value().id;
    put({Kind::user, "carol", 1003});
    EXPECT_TRUE(shares.shown_to(1002, "bob").empty());
    EXPECT_TRUE(shares.put(second, {Kind::group, "vision", 700'000}));
    const auto shown = shares.shown_to(1002, "bob");
    ASSERT_EQ(shown.size(), 1U);
    EXPECT_EQ(shown.front().board, second);
    EXPECT_TRUE(shares.shown_to(1002, "robert").empty());
}

TEST_F(SharesTest, APersonAsksOnceAndIsForgottenAfterTheAnswer) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(shares.ask(board, 1002, "bob"));
    ASSERT_EQ(registry.find(board)->sharing.askers.size(), 1U);
    EXPECT_EQ(registry.find(board)->sharing.askers.front().name, "bob");
    for (std::uint32_t i = 0; i < 30; ++i) EXPECT_TRUE(shares.ask(board, 5000 + i, "u" + std::to_string(i)));
    EXPECT_EQ(registry.find(board)->sharing.askers.size(), Shares::most_askers_of_board);
    EXPECT_TRUE(shares.forget_asker(board, "bob"));
    EXPECT_EQ(registry.find(board)->sharing.askers.size(), Shares::most_askers_of_board - 1);
    EXPECT_EQ(store->asks()->size(), Shares::most_askers_of_board - 1);
}

TEST_F(SharesTest, APersonCannotAskForEverything) {
    for (std::size_t i = 0; i < Shares::most_asks_of_person + 5; ++i) {
        const BoardId other = registry.add(1001, UserName::parse("alice").value(), {}).value().id;
        EXPECT_TRUE(shares.ask(other, 1002, "bob"));
    }
    EXPECT_EQ(store->asks()->size(), Shares::most_asks_of_person);
}

TEST(BoardShareTest, IsReadAsPeopleTypeIt) {
    for (const char* text : {"bob", "@vision", "everybody"}) EXPECT_EQ(share_of_text(text).with(), text);
    EXPECT_EQ(share_of_text("everybody").kind, Kind::everybody);
    EXPECT_EQ(share_of_text("@everybody").kind, Kind::group);
}

}  // namespace
}  // namespace boardgate::boardgated
