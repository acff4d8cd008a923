// SPDX-License-Identifier: MIT
// From all values of a run to its step and to the one or two curves that show how it goes, as TensorBoard would show
// them. Keeps a bounded number of points of a bounded number of tags, however many there are.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/events/series_kind.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

class Curves {
public:
    static constexpr std::size_t most_tags = 64;
    static constexpr std::size_t most_kinds = 4096;
    static constexpr std::size_t longest_tag = 1000;

    /// In the order of the files: a step that goes back drops the points from there on.
    void add(std::int64_t step, const events::Value& value, events::Loader* loader = nullptr);
    /// The last step that is shown of any tag.
    [[nodiscard]] std::optional<std::int64_t> last_step() const;
    /// Of all tags, thinned to longest::points: a loss and an accuracy first where there are such tags, then as they appeared.
    [[nodiscard]] std::vector<wire::Curve> all() const;

private:
    /// What a tag is to TensorBoard, by its first value.
    struct Kind {
        events::DataClass data_class = events::DataClass::unknown;
        std::string plugin{};
        std::optional<std::int64_t> last_step{};
    };
    using Kinds = std::map<std::string, Kind, std::less<>>;

    /// Every `stride`-th point, so that the whole course is kept in little space, and the last one.
    struct Series {
        std::vector<wire::Point> points;
        wire::Point last;
        std::size_t stride = 1;
        std::size_t seen = 0;
        std::size_t first_seen = 0;                 ///< the order in which tags appear
        std::optional<double> least{}, greatest{};  ///< of the numbers; none if there is no number
        void add(const wire::Point& point);
        void count(double value);
        [[nodiscard]] std::vector<wire::Point> thinned() const;
    };
    using Tags = std::map<std::string, Series, std::less<>>;

    [[nodiscard]] Kind& kind_of(const events::Value& value);
    [[nodiscard]] Series* series_of(std::string_view tag);
    [[nodiscard]] const Tags::value_type* shortest_that(bool (*fits)(std::string_view tag)) const;

    Tags tags_;
    Kinds kinds_;
    Kind others_;  ///< of a tag beyond the bound, by its latest value
    std::size_t tags_seen_ = 0;
};

/// A tag that is safe to show: UTF-8 without control characters, as long as a message allows.
[[nodiscard]] std::string shown_tag(std::string_view tag);

}  // namespace boardgate::logdirs
