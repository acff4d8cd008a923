// SPDX-License-Identifier: MIT
// The memory of answers that grow. A short question can have an answer of any size (the same chart, again and again), and the
// kernel kills a board that takes too much: few large answers are made at a time, and none beyond a limit.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>

#include "src/base/lock_guarded.h"

namespace boardgate::data {

/// The large answers that are made.
class LargeAnswers {
public:
    static constexpr std::size_t most = 3;

    void begin() {
        auto made = made_.lock();
        changed_.wait(made.lock(), [&] { return *made < most; });
        ++*made;
    }
    void end() {
        --*made_.lock();
        changed_.notify_one();
    }
    [[nodiscard]] std::size_t count() const { return *made_.read(); }

private:
    LockGuarded<std::size_t> made_;
    std::condition_variable changed_;
};

class Growth {
public:
    static constexpr std::size_t large = std::size_t{2} << 20;
    /// A chart of a thousand runs with a thousand points has 75 MB.
    static constexpr std::size_t largest = std::size_t{128} << 20;

    /// `on_large` lets others compute while this answer waits for its turn.
    explicit Growth(
        LargeAnswers& answers, std::function<void()> on_large = [] {})
        : answers_(answers), on_large_(std::move(on_large)) {}
    Growth(const Growth&) = delete;
    Growth& operator=(const Growth&) = delete;
    ~Growth() {
        if (is_large_) answers_.end();
    }

    /// May the answer, which has this size now, go on? Waits while other large ones are made. Call it without a lock.
    [[nodiscard]] bool may_go_on(std::size_t size) {
        if (size > large && !is_large_) {
            on_large_();
            answers_.begin();
            is_large_ = true;
        }
        too_large_ = too_large_ || size > largest;
        return !too_large_;
    }
    [[nodiscard]] bool too_large() const { return too_large_; }

private:
    LargeAnswers& answers_;
    std::function<void()> on_large_;
    bool is_large_ = false;
    bool too_large_ = false;
};

}  // namespace boardgate::data
