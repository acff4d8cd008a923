// SPDX-License-Identifier: MIT
#include "src/boardgated/common/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>

namespace boardgate::boardgated {
namespace {

TEST(ThreadPool, SaysWhenItIsFullAndForgetsNothingItTook) {
    std::atomic<int> done = 0;
    std::latch begun(1);
    std::latch go(1);
    {
        ThreadPool pool("test", 1, 2);
        ASSERT_TRUE(pool.add([&] {
            begun.count_down();
            go.wait();
            ++done;
        }));
        begun.wait();
        EXPECT_TRUE(pool.add([&] { ++done; }));
        EXPECT_TRUE(pool.add([&] { ++done; }));
        EXPECT_FALSE(pool.add([&] { ++done; }));
        go.count_down();
    }
    EXPECT_EQ(done, 3);
}

TEST(ThreadPool, GoesOnAfterWorkThatThrew) {
    std::atomic<bool> done = false;
    {
        ThreadPool pool("test", 1, 2);
        ASSERT_TRUE(pool.add([] { throw std::runtime_error("on purpose"); }));
        ASSERT_TRUE(pool.add([&] { done = true; }));
    }
    EXPECT_TRUE(done);
}

TEST(ThreadPool, OneThatWaitsDoesNotHoldUpAnotherThread) {
    std::latch go(1);
    ThreadPool pool("test", 2, 4);
    ASSERT_TRUE(pool.add([&] { go.wait(); }));
    ASSERT_TRUE(pool.add([&] { go.count_down(); }));  // ends the first; would hang with one thread
}

TEST(ThreadPool, StartsAThreadOnlyWhenAllAreBusy) {
    ThreadPool pool("test", 8, 16);
    EXPECT_EQ(pool.threads(), 0U);
    std::latch go(1);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.add([&] { go.wait(); }));
    EXPECT_EQ(pool.threads(), 3U);
    for (int i = 0; i < 13; ++i) ASSERT_TRUE(pool.add([&] { go.wait(); }));
    EXPECT_EQ(pool.threads(), 8U) << "never more than it may have";
    go.count_down();
}

TEST(ThreadPool, FinishesWhatItTookAndTakesNothingMore) {
    std::atomic<int> done = 0;
    ThreadPool pool("test", 2, 100);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.add([&done] { ++done; }));
    pool.finish();
    EXPECT_EQ(done, 50);
    EXPECT_FALSE(pool.add([&done] { ++done; }));
    EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace boardgate::boardgated
