// SPDX-License-Identifier: MIT
// Chooses the points to keep, exactly as TensorBoard's data server does, so that a chart looks the same with both servers. The
// algorithms are those of Rust's crate rand 0.7.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/events/series_kind.h"

namespace boardgate::data {

/// How many points of a series are kept; 0 keeps none.
struct Capacity {
    static constexpr std::uint32_t all = UINT32_MAX;
    std::uint32_t points = 0;
};

/// `--samples-per-plugin`: `scalars=500,images=all`.
class SamplesPerPlugin {
public:
    [[nodiscard]] static Result<SamplesPerPlugin> parse(std::string_view text);
    [[nodiscard]] Capacity capacity_of(const events::SeriesKind& kind) const;

private:
    std::map<std::string, Capacity, std::less<>> plugins_;
};

/// A random number below `end`, which must not be 0; advances `drawn` in the stream.
[[nodiscard]] std::uint64_t draw_below(std::uint64_t end, std::uint32_t& drawn);

/// The indices of the points to show of `count` points, if at most `most` are requested: ascending, always with the last
/// point. All of them if they are not more.
[[nodiscard]] std::vector<std::uint32_t> downsample(std::uint32_t count, std::uint64_t most);

}  // namespace boardgate::data
