// SPDX-License-Identifier: MIT
// Which points are kept: the choices of TensorBoard's data server, the same ones, so that a chart looks the same
// with both servers. Its numbers come from Rust's crate rand 0.7.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/events/series_kind.h"

namespace boardgate::data {

/// How many points of a series are kept; none of it for 0.
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

/// A number below `end`, which is not 0; moves `drawn` on in the stream.
[[nodiscard]] std::uint64_t draw_below(std::uint64_t end, std::uint32_t& drawn);

/// Which of `count` points are shown where at most `most` are asked for: ascending, always with the last. All points
/// where that is enough.
[[nodiscard]] std::vector<std::uint32_t> downsample(std::uint32_t count, std::uint64_t most);

}  // namespace boardgate::data
