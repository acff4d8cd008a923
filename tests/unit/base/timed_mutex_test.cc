// SPDX-License-Identifier: MIT
#include "src/base/timed_mutex.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>

namespace boardgate {
namespace {

using namespace std::chrono_literals;

TEST(TimedMutex, IsGivenUpAfterTheTime) {
    TimedMutex mutex;
    const std::unique_lock held(mutex);
    EXPECT_FALSE(mutex.try_lock_for(1ms));
}

TEST(TimedMutex, IsLockedWhenTheHolderUnlocksIt) {
    TimedMutex mutex;
    int value = 0;
    std::unique_lock held(mutex);
    std::jthread other([&] {
        const std::unique_lock lock(mutex, 20s);
        EXPECT_TRUE(lock.owns_lock());
        EXPECT_EQ(value, 1);
    });
    value = 1;
    held.unlock();
}

}  // namespace
}  // namespace boardgate
