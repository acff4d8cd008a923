// SPDX-License-Identifier: MIT
// The memory of answers that grow. A short question can have an answer of any size (the same chart, again and again), and the
// kernel kills a board that takes too much: large answers are made one at a time, and none beyond a limit.
#pragma once

#include <cstddef>
#include <mutex>

namespace boardgate::data {

class Growth {
public:
    /// Larger answers are made one at a time.
    static constexpr std::size_t large = std::size_t{16} << 20;
    /// A chart of a thousand runs with a thousand points has 75 MB.
    static constexpr std::size_t largest = std::size_t{128} << 20;

    explicit Growth(std::mutex& large_answers) : lock_(large_answers, std::defer_lock) {}

    /// May the answer, which has this size now, go on? Waits while another large one is made. Call it without a lock.
    [[nodiscard]] bool may_go_on(std::size_t size) {
        if (size > large && !lock_.owns_lock()) lock_.lock();
        too_large_ = too_large_ || size > largest;
        return !too_large_;
    }
    [[nodiscard]] bool too_large() const { return too_large_; }

private:
    std::unique_lock<std::mutex> lock_;
    bool too_large_ = false;
};

}  // namespace boardgate::data
