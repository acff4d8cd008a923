// SPDX-License-Identifier: MIT
// Which points of a series are kept, and where each one is stored: a reservoir of TensorBoard's kind. The latest point is
// always in it; a step that goes back drops the points from there on.
#pragma once

#include <cstdint>
#include <vector>

#include "src/data/sampling.h"

namespace boardgate::data {

/// The numbers below `size()`, in an order that changes at one place.
class SlotOrder {
public:
    template <class Io>
    void fields(Io& io) {
        io.value(size_);
        io.value(identity_);
        io.values(narrow_);
        io.values(wide_);
    }
    /// Are all numbers there that there should be?
    [[nodiscard]] bool is_sound() const;
    [[nodiscard]] std::uint32_t at(std::uint32_t index) const {
        return index >= size_ || identity_ ? index : wide_.empty() ? narrow_[index] : wide_[index];
    }
    [[nodiscard]] std::uint32_t size() const { return size_; }
    /// One number more, at the end.
    void grow();
    /// Takes the number at `index` out and puts it in again before `end`; those between move up.
    void move_to_end(std::uint32_t index, std::uint32_t end);

private:
    void materialize();
    std::uint32_t size_ = 0;
    bool identity_ = true;  ///< nothing was moved yet, so nothing is stored
    std::vector<std::uint16_t> narrow_;
    std::vector<std::uint32_t> wide_;
};

class Reservoir {
public:
    explicit Reservoir(Capacity capacity) : capacity_(capacity.points) {}

    template <class Io>
    void fields(Io& io) {
        io.value(capacity_);
        io.value(size_);
        io.value(dropped_any_);
        io.value(drawn_);
        io.value(seen_);
        order_.fields(io);
        io.values(steps_);
    }
    /// After reading: may its functions be called?
    [[nodiscard]] bool is_sound() const {
        return size_ <= steps_.size() && steps_.size() <= capacity_ && order_.is_sound() && order_.size() == steps_.size();
    }

    [[nodiscard]] bool takes_any() const { return capacity_ > 0; }
    /// The slot for the data of a point that comes now; where it is slots(), a new one. Only where it takes any.
    [[nodiscard]] std::uint32_t offer(std::int64_t step);
    /// Did a step go back ever?
    [[nodiscard]] bool dropped_any() const { return dropped_any_; }
    /// Kept points.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    /// Slots in use or free, which are as many as there were points at the most.
    [[nodiscard]] std::uint32_t slots() const { return static_cast<std::uint32_t>(steps_.size()); }
    /// Slots that there is room for already.
    [[nodiscard]] std::size_t room() const { return steps_.capacity(); }
    // Of the `index`-th point, in the order of steps.
    [[nodiscard]] std::uint32_t slot(std::uint32_t index) const { return order_.at(index); }
    [[nodiscard]] std::int64_t step(std::uint32_t index) const { return steps_[slot(index)]; }

private:
    void drop_from(std::int64_t step);

    std::uint32_t capacity_;
    std::uint32_t size_ = 0;
    bool dropped_any_ = false;
    std::uint32_t drawn_ = 0;          ///< numbers of the stream
    std::uint64_t seen_ = 0;           ///< points that were offered and not dropped; after a drop, in proportion
    SlotOrder order_;                  ///< kept points first
    std::vector<std::int64_t> steps_;  ///< by slot
};

}  // namespace boardgate::data
