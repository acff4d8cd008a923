// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "src/boardgated/boards/registry.h"

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct DeletedBoardsTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock, 3h};

    Board make_and_delete(std::uint32_t uid) {
        BoardOptions options;
        options.logdir = "/data/runs";
        Board board = registry.add(uid, UserName::parse("alice").value(), options).value();
        clock.advance(1s);
        EXPECT_TRUE(registry.move_to_deleted(board.id));
        return board;
    }
};

TEST_F(DeletedBoardsTest, APersonWhoMakesAndDeletesBoardsWithoutEndFillsNoDisk) {
    const Board of_another_person = make_and_delete(1002);
    const Board first = make_and_delete(1001);
    const Board second = make_and_delete(1001);
    ASSERT_TRUE(registry.set_made_with(first, "key", "hash"));
    for (std::size_t i = 1; i < Registry::most_deleted; ++i) (void)make_and_delete(1001);
    EXPECT_EQ(store->boards_of(1001)->size(), Registry::most_deleted);
    EXPECT_FALSE(registry.restore(1001, first.id, 50)) << "the oldest goes";
    EXPECT_FALSE(registry.made_with(1001, "key"));
    EXPECT_TRUE(registry.restore(1001, second.id, 50));
    EXPECT_TRUE(registry.restore(1002, of_another_person.id, 50)) << "a share belongs to a person";
}

}  // namespace
}  // namespace boardgate::boardgated
