// SPDX-License-Identifier: MIT
// From all scalars of a run to the one or two curves that show how it goes. Keeps a bounded number of points of a
// bounded number of tags, however many there are.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/logdirs/event.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

class Curves {
public:
    static constexpr std::size_t most_tags = 64;
    static constexpr std::size_t longest_tag = 1000;

    void add(std::int64_t step, const SummaryValue& value);
    /// A loss and an accuracy where there are such tags, otherwise the first two; thinned to longest::points.
    [[nodiscard]] std::vector<wire::Curve> best() const;

private:
    /// Every `stride`-th point, so that the whole course is kept in little space, and the one of the last step.
    struct Series {
        std::vector<wire::Point> points;
        wire::Point last;
        std::size_t stride = 1;
        std::size_t seen = 0;
        std::size_t first_seen = 0;  ///< before how many other tags
        void add(const wire::Point& point);
        [[nodiscard]] std::vector<wire::Point> thinned() const;
    };
    using Tags = std::map<std::string, Series, std::less<>>;

    [[nodiscard]] Series* series_of(std::string_view tag);
    [[nodiscard]] const Tags::value_type* shortest_that(bool (*fits)(std::string_view tag)) const;

    Tags tags_;
    std::set<std::string, std::less<>> not_scalars_;
    std::size_t tags_seen_ = 0;
};

/// A tag as it can be shown: UTF-8 without control characters, not longer than a message may have it.
[[nodiscard]] std::string shown_tag(std::string_view tag);

}  // namespace boardgate::logdirs
