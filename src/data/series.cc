// SPDX-License-Identifier: MIT
#include "src/data/series.h"

#include <algorithm>

namespace boardgate::data {

void Series::mark(std::uint32_t slot, bool lost) {
    if (lost_.empty() && !lost) return;
    if (lost_.size() <= slot) lost_.resize(slot + 1, false);
    lost_[slot] = lost;
}

void Series::put_scalar(std::int64_t step, double wall_time, std::optional<float> value) {
    const std::uint32_t slot = reservoir_.offer(step);
    mark(slot, !value);
    if (slot == scalars_.size()) {
        wall_times_.reserve(reservoir_.room());
        scalars_.reserve(reservoir_.room());
        wall_times_.push_back(0);
        scalars_.push_back(0);
    }
    wall_times_[slot] = wall_time;
    scalars_[slot] = value.value_or(0);
}

void Series::put_item(std::int64_t step, std::optional<Item> item) {
    const std::uint32_t slot = reservoir_.offer(step);
    mark(slot, !item);
    if (slot == items_.size()) items_.emplace_back();
    items_[slot] = std::move(item).value_or(Item());
}

bool Series::is_sound() const {
    const std::size_t slots = reservoir_.slots();
    if (!reservoir_.is_sound() || kind_.data_class > events::DataClass::blobs || lost_.size() > slots) return false;
    if (is_scalar()) return wall_times_.size() == slots && scalars_.size() == slots && items_.empty();
    return wall_times_.empty() && scalars_.empty() && items_.size() == slots &&
           std::all_of(items_.begin(), items_.end(), [](const Item& item) { return item.form <= events::Form::run_metadata; });
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
