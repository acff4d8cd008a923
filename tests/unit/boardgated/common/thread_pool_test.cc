// SPDX-License-Identifier: MIT
#include "src/boardgated/common/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <string>

namespace boardgate::boardgated {
namespace {

TEST(ThreadPool, SaysWhenItIsFullAndForgetsNothingItTook) {
    std::atomic<int> done = 0;
    std::latch begun(1);
    std::latch go(1);
    {
        ThreadPool pool("test", {1, 1, 2, 2});
        ASSERT_TRUE(pool.add({}, [&] {
            begun.count_down();
            go.wait();
            ++done;
        }));
        begun.wait();
        EXPECT_TRUE(pool.add({}, [&] { ++done; }));
        EXPECT_TRUE(pool.add({}, [&] { ++done; }));
        EXPECT_FALSE(pool.add({}, [&] { ++done; }));
        go.count_down();
    }
    EXPECT_EQ(done, 3);
}

TEST(ThreadPool, GoesOnAfterWorkThatThrew) {
    std::atomic<bool> done = false;
    {
        ThreadPool pool("test", {1, 1, 2, 2});
        ASSERT_TRUE(pool.add({}, [] { throw std::runtime_error("on purpose"); }));
        ASSERT_TRUE(pool.add({}, [&] { done = true; }));
    }
    EXPECT_TRUE(done);
}

TEST(ThreadPool, WorkThatWaitsDoesNotDelayAnotherThread) {
    std::latch go(1);
    ThreadPool pool("test", {2, 2, 4, 4});
    ASSERT_TRUE(pool.add({}, [&] { go.wait(); }));
    ASSERT_TRUE(pool.add({}, [&] { go.count_down(); }));  // ends the first; would hang with one thread
}

TEST(ThreadPool, StartsAThreadOnlyWhenAllAreBusy) {
    ThreadPool pool("test", {8, 8, 16, 16});
    EXPECT_EQ(pool.threads(), 0U);
    std::latch go(1);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.add({}, [&] { go.wait(); }));
    EXPECT_EQ(pool.threads(), 3U);
    for (int i = 0; i < 13; ++i) ASSERT_TRUE(pool.add({}, [&] { go.wait(); }));
    EXPECT_EQ(pool.threads(), 8U) << "never more than it may have";
    go.count_down();
}

TEST(ThreadPool, FinishesWhatItTookAndTakesNothingMore) {
    std::atomic<int> done = 0;
    ThreadPool pool("test", {2, 2, 100, 100});
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.add({}, [&done] { ++done; }));
    pool.finish();
    EXPECT_EQ(done, 50);
    EXPECT_FALSE(pool.add({}, [&done] { ++done; }));
    EXPECT_EQ(done, 50);
}

struct ThreadPoolShares : testing::Test {
    std::latch go{1};
    ThreadPool pool{"test", {3, 2, 100, 3}};
    ~ThreadPoolShares() override { go.count_down(); }
};

TEST_F(ThreadPoolShares, OneWhoTakesAllLeavesThreadsToOthers) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(pool.add("alice", [&] { go.wait(); }));
    EXPECT_FALSE(pool.add("alice", [] {})) << "two run, three wait";
    for (const char* other : {"bob", "carol"}) {
        const auto done = std::make_shared<std::promise<void>>();
        ASSERT_TRUE(pool.add(other, [done] { done->set_value(); }));
        EXPECT_EQ(done->get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready) << other;
    }
}

TEST_F(ThreadPoolShares, GiveEverybodyATurn) {
    ThreadPool one("test", {1, 1, 100, 100});
    std::latch begun(1);
    std::latch on(1);
    ASSERT_TRUE(one.add("alice", [&] {
        begun.count_down();
        on.wait();
    }));
    begun.wait();
    std::string order;
    for (const char* each : {"a", "a", "a", "b", "c", "b"}) ASSERT_TRUE(one.add(each, [&order, each] { order += each; }));
    on.count_down();
    one.finish();
    EXPECT_EQ(order, "abcaba");
}

TEST_F(ThreadPoolShares, AreFreeAgainWhenTheWorkIsDone) {
    for (int i = 0; i < 50; ++i) {
        std::latch done(1);
        ASSERT_TRUE(pool.add("alice", [&] { done.count_down(); })) << i;
        done.wait();
    }
}

}  // namespace
}  // namespace boardgate::boardgated
