// SPDX-License-Identifier: MIT
// Selects from all scalars of a run one or two curves for a preview. Keeps a bounded number of points of a bounded number
// of tags.
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
    /// A loss and an accuracy if there are such tags, otherwise the first two tags; thinned to longest::points.
    [[nodiscard]] std::vector<wire::Curve> best() const;

private:
    /// Every `stride`-th point, which keeps the shape in little space, and the point of the last step.
    struct Series {
        std::vector<wire::Point> points;
        wire::Point last;
        std::size_t stride = 1;
        std::size_t seen = 0;
        std::size_t first_seen = 0;  ///< the order in which tags appear
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

/// A tag that is safe to show: UTF-8 without control characters, as long as a message allows.
[[nodiscard]] std::string shown_tag(std::string_view tag);

}  // namespace boardgate::logdirs
