// SPDX-License-Identifier: MIT
#include "src/boardgated/sharing/views.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct ViewsTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings("session_idle = 7d\n", "test").value();
    EndedLogins ended{*store, [](const std::vector<TokenHash>&) { return true; }};
    Sessions sessions{*store, ended, settings, clock};
    Views views{*store, sessions, clock};
    Session bob = log_in();
    BoardId board = BoardId::make();

    Session log_in() {
        const Session session{Token::make().hash(), 1002, "bob"};
        EXPECT_TRUE(sessions.add(session, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 100h));
        return session;
    }
    TokenHash open(const Session& session) { return views.open(session, board).value().hash(); }
};

TEST_F(ViewsTest, SurviveARestartButNotTheirSession) {
    const Session other = log_in();
    const TokenHash first = open(bob);
    const TokenHash second = open(other);
    sessions.end(other.token);
    Views again{*store, sessions, clock};
    ASSERT_TRUE(again.load());
    ASSERT_TRUE(again.find(first));
    EXPECT_EQ(again.find(first)->board, board);
    EXPECT_FALSE(again.find(second));
    EXPECT_EQ(store->views()->size(), 1U) << "a dead view is deleted";
}

TEST_F(ViewsTest, TheStoreHasNoCapability) {
    const Token capability = views.open(bob, board).value();
    const auto rows = store->views().value();
    for (const ViewRow& row : rows) {
        EXPECT_EQ(row.hash, capability.hash().hex());
        EXPECT_NE(row.hash, capability.reveal());
    }
}

TEST_F(ViewsTest, OnePersonsViewsOfABoardBeginAlike) {
    const auto beginning = [&](const Session& session, const BoardId& of) {
        return views.open(session, of).value().reveal().substr(0, Views::size_of_beginning);
    };
    const std::string bobs = beginning(bob, board);
    EXPECT_EQ(beginning(bob, board), bobs);
    EXPECT_EQ(beginning(log_in(), board), bobs) << "from another browser, too";
    EXPECT_NE(beginning(bob, BoardId::make()), bobs);
    EXPECT_NE(beginning({bob.token, 1003, "carol"}, board), bobs);
    EXPECT_FALSE(views.open(bob, board).value().reveal() == views.open(bob, board).value().reveal());
}

TEST_F(ViewsTest, ASessionHasAFewAndLosesTheOneUnusedForLongest) {
    std::vector<TokenHash> hashes;
    for (std::size_t i = 0; i < Views::most_of_session; ++i) {
        hashes.push_back(open(bob));
        clock.advance(1s);
    }
    views.touch(hashes.front());
    const TokenHash of_another = open(log_in());
    clock.advance(1s);
    hashes.push_back(open(bob));
    EXPECT_TRUE(views.find(hashes.front()));
    EXPECT_FALSE(views.find(hashes[1]));
    EXPECT_TRUE(views.find(hashes.back()));
    EXPECT_TRUE(views.find(of_another));
}

TEST_F(ViewsTest, AnUnusedViewEnds) {
    const TokenHash hash = open(bob);
    clock.advance(Views::longest_unused - 1s);
    EXPECT_TRUE(views.find(hash));
    views.touch(hash);
    clock.advance(Views::longest_unused - 1s);
    EXPECT_TRUE(views.find(hash));
    clock.advance(1s);
    EXPECT_FALSE(views.find(hash)) << "before any sweep";
    views.sweep();
    EXPECT_EQ(views.count(), 0U);
    EXPECT_TRUE(store->views()->empty());
}

TEST_F(ViewsTest, EndWithTheBoardAndWhenTheVisitorLeaves) {
    const TokenHash left = open(bob);
    const TokenHash stays = open(log_in());
    views.end_of(bob.token, BoardId::make());
    EXPECT_TRUE(views.find(left));
    views.end_of(bob.token, board);
    EXPECT_FALSE(views.find(left));
    EXPECT_TRUE(views.find(stays));
    views.end_of_board(board);
    EXPECT_FALSE(views.find(stays));
    views.sweep();
    EXPECT_TRUE(store->views()->empty());
}

}  // namespace
}  // namespace boardgate::boardgated
