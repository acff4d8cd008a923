// SPDX-License-Identifier: MIT
#include "src/boardgated/units/board_locks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace boardgate::boardgated {
namespace {

/// In a table of 64 locks some would be the same. ThreadSanitizer follows 64 locks of a thread.
constexpr std::uint32_t many = 60;

TEST(BoardLocks, ABoardsLockIsNoOtherBoards) {
    BoardLocks locks;
    std::vector<BoardLocks::Held> held;
    for (std::uint32_t i = 0; i < many; ++i) held.push_back(locks.hold(BoardId::make()));
    EXPECT_EQ(locks.size(), many);
}

TEST(BoardLocks, APersonsLockIsNoOtherPersons) {
    BoardLocks locks;
    std::vector<BoardLocks::Held> held;
    for (std::uint32_t i = 0; i < many; ++i) held.push_back(locks.hold(1000 + 64 * i));
    EXPECT_EQ(locks.size(), many);
}

TEST(BoardLocks, OneAtATimeHoldsABoard) {
    BoardLocks locks;
    const BoardId board = BoardId::make();
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                for (int turn = 0; turn < 500; ++turn) {
                    const auto held = locks.hold(board);
                    most = std::max<int>(most, ++inside);
                    --inside;
                }
            });
        }
    }
    EXPECT_EQ(most, 1);
    EXPECT_EQ(locks.size(), 0U) << "a lock that nobody holds takes no memory";
}

TEST(BoardLocks, ALockCanBeReleasedEarlier) {
    BoardLocks locks;
    auto held = locks.hold(1000U);
    held.unlock();
    const auto again = locks.hold(1000U);
    EXPECT_EQ(locks.size(), 1U);
}

}  // namespace
}  // namespace boardgate::boardgated
