// SPDX-License-Identifier: MIT
#include "src/data/reservoir.h"

#include <algorithm>
#include <numeric>

namespace boardgate::data {

namespace {

constexpr std::uint32_t most_narrow = 1U << 16;

template <class Number>
void rotate_to_end(std::vector<Number>& numbers, std::uint32_t index, std::uint32_t end) {
    std::rotate(numbers.begin() + index, numbers.begin() + index + 1, numbers.begin() + end);
}

}  // namespace

bool SlotOrder::is_sound() const {
    if (identity_) return narrow_.empty() && wide_.empty();
    std::vector<bool> there(size_, false);
    const auto all = [&](const auto& numbers) {
        for (const std::uint32_t number : numbers) {
            if (number >= size_ || there[number]) return false;
            there[number] = true;
        }
        return numbers.size() == size_;
    };
    return wide_.empty() ? all(narrow_) : narrow_.empty() && all(wide_);
}

void SlotOrder::grow() {
    const std::uint32_t number = size_++;
    if (identity_) return;
    if (!wide_.empty()) return wide_.push_back(number);
    if (number < most_narrow) return narrow_.push_back(static_cast<std::uint16_t>(number));
    wide_.assign(narrow_.begin(), narrow_.end());
    wide_.push_back(number);
    narrow_ = {};
}

void SlotOrder::materialize() {
    identity_ = false;
    if (size_ <= most_narrow) {
        narrow_.resize(size_);
        std::iota(narrow_.begin(), narrow_.end(), std::uint16_t{0});
    } else {
        wide_.resize(size_);
        std::iota(wide_.begin(), wide_.end(), 0U);
    }
}

void SlotOrder::move_to_end(std::uint32_t index, std::uint32_t end) {
    if (index + 1 == end) return;
    if (identity_) materialize();
    wide_.empty() ? rotate_to_end(narrow_, index, end) : rotate_to_end(wide_, index, end);
}

void Reservoir::drop_from(std::int64_t step) {
    const std::uint32_t before = size_;
    while (size_ > 0 && this->step(size_ - 1) >= step) --size_;
    if (size_ == before) return;
    seen_ = seen_ * size_ / before;
    dropped_any_ = true;
}

std::uint32_t Reservoir::offer(std::int64_t step) {
    drop_from(step);
    ++seen_;
    if (capacity_ != Capacity::all && seen_ > capacity_) {
        const std::uint64_t place = draw_below(seen_, drawn_);
        if (place >= capacity_) {
            if (size_ > 0) --size_;  // the point before the latest one was there as the latest only
        } else if (size_ >= capacity_) {
            order_.move_to_end(static_cast<std::uint32_t>(place), size_);
            --size_;
        }
    }
    if (size_ == steps_.size()) {
        if (steps_.size() == steps_.capacity()) steps_.reserve(std::min<std::size_t>(std::max<std::size_t>(8, 2 * size_), capacity_));
        steps_.push_back(0);
        order_.grow();
    }
    const std::uint32_t slot = order_.at(size_++);
    steps_[slot] = step;
    return slot;
}

}  // namespace boardgate::data
