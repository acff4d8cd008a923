// SPDX-License-Identifier: MIT
// A value that can be reached only while its lock is held: the type says what the lock guards.
#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <type_traits>
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
    static constexpr bool is_shared = requires(Mutex & mutex) { mutex.lock_shared(); };
    using Reader = Held<const T, std::conditional_t<is_shared, std::shared_lock<Mutex>, std::unique_lock<Mutex>>>;

    LockGuarded() = default;
    explicit LockGuarded(T value) : value_(std::move(value)) {}

    /// Exclusive access for as long as the result lives.
    [[nodiscard]] Writer lock() { return {value_, mutex_}; }
    /// Read access, shared with other readers where the mutex is a std::shared_mutex.
    [[nodiscard]] Reader read() const { return {value_, mutex_}; }

private:
    mutable Mutex mutex_;
    T value_{};
};

}  // namespace boardgate
