// SPDX-License-Identifier: MIT
#include "src/boardgated/work_lane.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>

namespace boardgate::boardgated {
namespace {

TEST(WorkLane, SaysWhenItIsFullAndForgetsNothingItTook) {
    std::atomic<int> done = 0;
    std::latch begun(1);
    std::latch go(1);
    {
        WorkLane lane("test", 1, 2);
        ASSERT_TRUE(lane.add([&] {
            begun.count_down();
            go.wait();
            ++done;
        }));
        begun.wait();
        EXPECT_TRUE(lane.add([&] { ++done; }));
        EXPECT_TRUE(lane.add([&] { ++done; }));
        EXPECT_FALSE(lane.add([&] { ++done; }));
        go.count_down();
    }
    EXPECT_EQ(done, 3);
}

TEST(WorkLane, GoesOnAfterWorkThatThrew) {
    std::atomic<bool> done = false;
    {
        WorkLane lane("test", 1, 2);
        ASSERT_TRUE(lane.add([] { throw std::runtime_error("on purpose"); }));
        ASSERT_TRUE(lane.add([&] { done = true; }));
    }
    EXPECT_TRUE(done);
}

TEST(WorkLane, OneThatWaitsDoesNotHoldUpAnotherThread) {
    std::latch go(1);
    WorkLane lane("test", 2, 4);
    ASSERT_TRUE(lane.add([&] { go.wait(); }));
    ASSERT_TRUE(lane.add([&] { go.count_down(); }));  // ends the first; would hang with one thread
}

TEST(WorkLane, FinishesWhatItTookAndTakesNothingMore) {
    std::atomic<int> done = 0;
    WorkLane lane("test", 2, 100);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(lane.add([&done] { ++done; }));
    lane.finish();
    EXPECT_EQ(done, 50);
    EXPECT_FALSE(lane.add([&done] { ++done; }));
    EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace boardgate::boardgated
