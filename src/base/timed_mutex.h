// SPDX-License-Identifier: MIT
// A mutex whose lock can be given up after a time. std::timed_mutex waits by pthread_mutex_clocklock(3), which the
// ThreadSanitizer of g++ 12 does not know: it reports each unlock.
#pragma once

#include <chrono>
#include <condition_variable>

#include "src/base/lock_guarded.h"

namespace boardgate {

class TimedMutex {
public:
    void lock() {
        auto locked = locked_.lock();
        unlocked_.wait(locked.lock(), [&] { return !*locked; });
        *locked = true;
    }
    [[nodiscard]] bool try_lock_for(std::chrono::milliseconds patience) {
        auto locked = locked_.lock();
        if (!unlocked_.wait_for(locked.lock(), patience, [&] { return !*locked; })) return false;
        *locked = true;
        return true;
    }
    void unlock() {
        *locked_.lock() = false;
        unlocked_.notify_one();
    }

private:
    LockGuarded<bool> locked_{false};
    std::condition_variable unlocked_;
};

}  // namespace boardgate
