// SPDX-License-Identifier: MIT
// A value that is reached only while its lock is held: what a lock guards is in the type, and the compiler checks it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace boardgate {

template <class T, class Mutex = std::mutex>
class LockGuarded {
    template <class Value, class Lock>
    class Held {
    public:
        Held(Value& value, Mutex& mutex) : lock_(mutex), value_(&value) {}
        Value* operator->() const { return value_; }
        Value& operator*() const { return *value_; }
        /// For std::condition_variable(_any), which unlocks it while it waits.
        [[nodiscard]] Lock& lock() { return lock_; }

    private:
        Lock lock_;
        Value* value_;
    };

public:
    using Writer = Held<T, std::unique_lock<Mutex>>;
    using Reader = Held<const T, std::shared_lock<Mutex>>;

    LockGuarded() = default;
    explicit LockGuarded(T value) : value_(std::move(value)) {}

    /// Exclusive access for as long as the result lives.
    [[nodiscard]] Writer lock() { return {value_, mutex_}; }
    /// Shared access; for mutexes that know it.
    [[nodiscard]] Reader read() const { return {value_, mutex_}; }

private:
    mutable Mutex mutex_;
    T value_{};
};

}  // namespace boardgate
