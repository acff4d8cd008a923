// SPDX-License-Identifier: MIT
#include "src/data/sampling.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <numeric>
#include <set>

#include "src/data/chacha.h"

namespace boardgate::data {

namespace {

constexpr std::uint32_t default_capacity(events::DataClass data_class) {
    switch (data_class) {
        case events::DataClass::scalar:
            return 1000;
        case events::DataClass::tensor:
            return 100;
        case events::DataClass::blobs:
            return 10;
        case events::DataClass::unknown:
            break;
    }
    return 0;
}

__extension__ using Wide = unsigned __int128;

std::optional<std::uint32_t> number_in(std::string_view text) {
    if (text == "all") return Capacity::all;
    if (text.starts_with('+')) text.remove_prefix(1);
    std::uint64_t number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, Capacity::all));
}

/// Draws 32-bit numbers, as rand does to choose indices.
class Draws {
public:
    /// rand's rejection zone for single numbers: an approximation that is quick to compute.
    [[nodiscard]] std::uint32_t from(std::uint32_t low, std::uint32_t high) {
        const std::uint32_t range = high - low;
        const std::uint32_t zone = (range << static_cast<unsigned>(std::countl_zero(range))) - 1;
        return low + below(range, zone);
    }
    /// rand's exact zone, for many numbers of one range.
    [[nodiscard]] std::uint32_t below(std::uint32_t range) { return below(range, UINT32_MAX - (UINT32_MAX - range + 1) % range); }

private:
    [[nodiscard]] std::uint32_t below(std::uint32_t range, std::uint32_t zone) {
        for (;;) {
            const std::uint64_t product = std::uint64_t{chacha_stream().word(at_++)} * range;
            if (static_cast<std::uint32_t>(product) <= zone) return static_cast<std::uint32_t>(product >> 32);
        }
    }
    std::uint64_t at_ = 0;
};

using Indices = std::vector<std::uint32_t>;

/// Robert Floyd's algorithm (Bentley 1987, "Sample"). rand then shuffles; the order is not needed here.
Indices choose_by_floyd(std::uint32_t length, std::uint32_t amount) {
    Draws draws;
    Indices indices;
    for (std::uint32_t j = length - amount; j < length; ++j) {
        const std::uint32_t t = draws.from(0, j + 1);
        indices.push_back(std::find(indices.begin(), indices.end(), t) == indices.end() ? t : j);
    }
    return indices;
}

Indices choose_in_place(std::uint32_t length, std::uint32_t amount) {
    Draws draws;
    Indices indices(length);
    std::iota(indices.begin(), indices.end(), 0U);
    for (std::uint32_t i = 0; i < amount; ++i) std::swap(indices[i], indices[draws.from(i, length)]);
    indices.resize(amount);
    return indices;
}

Indices choose_by_rejection(std::uint32_t length, std::uint32_t amount) {
    Draws draws;
    std::set<std::uint32_t> chosen;
    while (chosen.size() < amount) chosen.insert(draws.below(length));
    return {chosen.begin(), chosen.end()};
}

/// rand chooses among three algorithms by these bounds, which were measured for speed.
Indices choose(std::uint32_t length, std::uint32_t amount) {
    const bool long_one = length >= 500'000;
    const auto wide = static_cast<float>(length);
    const auto few = static_cast<float>(amount);
    if (amount < 163) {
        const float slope = long_one ? 8.0F / 45.0F : 1.6F;
        const float base = long_one ? 70.0F / 9.0F : 10.0F;
        return amount > 11 && wide < (base + slope * few) * few ? choose_in_place(length, amount) : choose_by_floyd(length, amount);
    }
    const float most = long_one ? 330.0F / 9.0F : 270.0F;
    return wide < most * few ? choose_in_place(length, amount) : choose_by_rejection(length, amount);
}

}  // namespace

Result<SamplesPerPlugin> SamplesPerPlugin::parse(std::string_view text) {
    SamplesPerPlugin samples;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view pair = text.substr(0, comma);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto number = equals == 0 || equals == pair.size() ? std::nullopt : number_in(pair.substr(equals + 1));
        if (!number || comma + 1 == text.size())
            return failure("not of the form plugin=number", std::string(pair), "write --samples-per-plugin=scalars=500,images=all");
        samples.plugins_.insert_or_assign(std::string(pair.substr(0, equals)), Capacity{*number});
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return samples;
}

Capacity SamplesPerPlugin::capacity_of(const events::SeriesKind& kind) const {
    if (kind.data_class == events::DataClass::unknown) return {0};
    const auto asked = kind.has_plugin ? plugins_.find(kind.plugin) : plugins_.end();
    return asked == plugins_.end() ? Capacity{default_capacity(kind.data_class)} : asked->second;
}

std::uint64_t draw_below(std::uint64_t end, std::uint32_t& drawn) {
    for (;;) {
        const Wide product = static_cast<Wide>(chacha_stream().pair(drawn++)) * end;
        const auto low = static_cast<std::uint64_t>(product);
        // The exact bound needs a division, so compute it only near the limit.
        if (low <= UINT64_MAX - end || low <= UINT64_MAX - (UINT64_MAX - end + 1) % end) return static_cast<std::uint64_t>(product >> 64);
    }
}

std::vector<std::uint32_t> downsample(std::uint32_t count, std::uint64_t most) {
    Indices indices;
    if (most == 0) return indices;
    if (most >= count) {
        indices.resize(count);
        std::iota(indices.begin(), indices.end(), 0U);
        return indices;
    }
    indices = choose(count - 1, static_cast<std::uint32_t>(most - 1));
    std::sort(indices.begin(), indices.end());
    indices.push_back(count - 1);
    return indices;
}

}  // namespace boardgate::data
