// SPDX-License-Identifier: MIT
// One tag of a run: what it is to TensorBoard, and the points that are kept of it.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/data/reservoir.h"
#include "src/events/event_reader.h"

namespace boardgate::data {

/// An event file that values are in, as it was when they were read.
struct ValueFile {
    std::string path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
};

/// A tensor, picture, sound or graph. Short ones are kept in memory, long ones stay in their file.
struct Item {
    double wall_time = 0;
    events::Form form = events::Form::nothing;
    std::uint32_t parts = 0;                  ///< how many blobs it is
    std::string bytes{};                      ///< where `file` is null
    std::shared_ptr<const ValueFile> file{};  ///< where it is kept otherwise
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

class Series {
public:
    Series(events::SeriesKind kind, Capacity capacity) : kind_(std::move(kind)), reservoir_(capacity) {}

    /// `files`: those that items are in, in the order of the number that is stored for each.
    template <class Io>
    void fields(Io& io, std::vector<std::shared_ptr<const ValueFile>>& files);
    /// After reading: may its functions be called?
    [[nodiscard]] bool is_sound() const;

    [[nodiscard]] const events::SeriesKind& kind() const { return kind_; }
    [[nodiscard]] bool takes_any() const { return reservoir_.takes_any(); }
    [[nodiscard]] bool is_scalar() const { return kind_.data_class == events::DataClass::scalar; }
    // The value of a point that comes now; none: TensorBoard cannot show it, so it takes a place and is left out.
    void put_scalar(std::int64_t step, double wall_time, std::optional<float> value);
    void put_item(std::int64_t step, std::optional<Item> item);

    /// Points that can be shown, in the order of steps: numbers for the next functions.
    [[nodiscard]] std::vector<std::uint32_t> shown() const;
    [[nodiscard]] std::int64_t step(std::uint32_t point) const { return reservoir_.step(point); }
    /// Has it points, none of which TensorBoard can show?
    [[nodiscard]] bool is_hidden() const { return reservoir_.size() > 0 && !lost_.empty() && shown().empty(); }
    [[nodiscard]] bool was_dropped() const { return reservoir_.dropped_any(); }
    [[nodiscard]] std::optional<std::int64_t> last_step() const {
        return reservoir_.size() == 0 ? std::nullopt : std::optional(reservoir_.step(reservoir_.size() - 1));
    }
    [[nodiscard]] double wall_time(std::uint32_t point) const;
    [[nodiscard]] float scalar(std::uint32_t point) const { return scalars_[reservoir_.slot(point)]; }
    [[nodiscard]] const Item& item(std::uint32_t point) const { return items_[reservoir_.slot(point)]; }

private:
    void mark(std::uint32_t slot, bool lost);

    events::SeriesKind kind_;
    Reservoir reservoir_;
    // By slot.
    std::vector<double> wall_times_;  ///< of scalars
    std::vector<float> scalars_;
    std::vector<Item> items_;
    std::vector<bool> lost_;  ///< empty as long as none is
};

template <class Io>
void Series::fields(Io& io, std::vector<std::shared_ptr<const ValueFile>>& files) {
    io.value(kind_.data_class);
    io.value(kind_.has_plugin);
    io.text(kind_.plugin);
    io.text(kind_.metadata);
    reservoir_.fields(io);
    io.values(wall_times_);
    io.values(scalars_);
    std::vector<std::uint8_t> lost(lost_.begin(), lost_.end());
    io.values(lost);
    lost_.assign(lost.begin(), lost.end());
    constexpr std::size_t least_of_item = 40;
    std::size_t count = items_.size();
    if constexpr (Io::reads) {
        count = io.size(least_of_item);
        items_.resize(count);
    } else {
        io.value(count);
    }
    for (Item& item : items_) {
        io.value(item.wall_time);
        io.value(item.form);
        io.value(item.parts);
        io.text(item.bytes);
        auto file = static_cast<std::size_t>(std::find(files.begin(), files.end(), item.file) - files.begin());
        io.value(file);
        if constexpr (Io::reads) {
            if (file < files.size()) item.file = files[file];
        }
        io.value(item.offset);
        io.value(item.size);
    }
}

}  // namespace boardgate::data
