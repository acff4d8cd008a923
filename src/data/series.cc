// SPDX-License-Identifier: MIT
#include "src/data/series.h"

namespace boardgate::data {

void Series::mark(std::uint32_t slot, bool lost) {
    if (lost_.empty() && !lost) return;
    if (lost_.size() <= slot) lost_.resize(slot + 1, false);
    lost_[slot] = lost;
}

void Series::put(Sample sample) {
    const std::uint32_t slot = reservoir_.offer(sample.step);
    mark(slot, sample.lost);
    if (!is_scalar()) {
        if (slot == items_.size()) items_.emplace_back();
        items_[slot] = std::move(sample.item);
        return;
    }
    if (slot == scalars_.size()) {
        wall_times_.reserve(reservoir_.room());
        scalars_.reserve(reservoir_.room());
        wall_times_.push_back(0);
        scalars_.push_back(0);
    }
    wall_times_[slot] = sample.wall_time;
    scalars_[slot] = sample.scalar;
}

std::vector<std::uint32_t> Series::shown() const {
    std::vector<std::uint32_t> points;
    points.reserve(reservoir_.size());
    for (std::uint32_t point = 0; point < reservoir_.size(); ++point) {
        const std::uint32_t slot = reservoir_.slot(point);
        if (slot >= lost_.size() || !lost_[slot]) points.push_back(point);
    }
    return points;
}

double Series::wall_time(std::uint32_t point) const {
    const std::uint32_t slot = reservoir_.slot(point);
    return is_scalar() ? wall_times_[slot] : items_[slot].wall_time;
}

}  // namespace boardgate::data
