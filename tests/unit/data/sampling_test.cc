// SPDX-License-Identifier: MIT
#include "src/data/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "src/data/chacha.h"
#include "src/data/reservoir.h"

namespace boardgate::data {
namespace {

using Indices = std::vector<std::uint32_t>;

TEST(ChaCha, IsTheStreamOfRustsSeedZero) {
    // rand_chacha's ChaCha20Rng::seed_from_u64(0), as rand 0.7 draws from it.
    ChaChaStream stream;
    const std::uint64_t first = stream.pair(0);
    EXPECT_EQ(static_cast<std::uint32_t>(first), stream.word(0));
    EXPECT_EQ(first >> 32, stream.word(1));
    for (const std::uint64_t far : {std::uint64_t{1} << 20, std::uint64_t{1} << 40})
        EXPECT_EQ(stream.pair(far) & 0xFFFFFFFFU, stream.word(2 * far));
    EXPECT_EQ(stream.pair(0), first) << "also after others were asked for";
}

TEST(Downsample, KeepsTheLastAndTheOrder) {
    EXPECT_EQ(downsample(5, 0), Indices{});
    EXPECT_EQ(downsample(0, 10), Indices{});
    EXPECT_EQ(downsample(3, 3), (Indices{0, 1, 2}));
    EXPECT_EQ(downsample(3, 1), Indices{2});
    for (const std::uint64_t most : {2, 11, 12, 100, 163, 164, 999}) {
        const Indices some = downsample(1000, most);
        ASSERT_EQ(some.size(), most);
        EXPECT_EQ(some.back(), 999U);
        for (std::size_t i = 1; i < some.size(); ++i) EXPECT_LT(some[i - 1], some[i]);
        EXPECT_EQ(some, downsample(1000, most)) << "the same again";
    }
}

TEST(Downsample, GoesThroughAllWaysOfChoosing) {
    // Few of many, few of very many, many of very many: each has its own way in rand.
    for (const auto& [count, most] :
         {std::pair{100'000U, 100U}, std::pair{600'000U, 100U}, std::pair{600'000U, 1000U}, std::pair{20'000U, 1000U}}) {
        const Indices some = downsample(count, most);
        ASSERT_EQ(some.size(), most);
        for (std::size_t i = 1; i < some.size(); ++i) EXPECT_LT(some[i - 1], some[i]);
        EXPECT_LT(some.front(), count / 10) << "from all of it";
    }
}

TEST(SamplesPerPlugin, AreTakenAsTensorBoardPassesThem) {
    const auto samples = SamplesPerPlugin::parse("scalars=500,images=all,audio=0");
    ASSERT_TRUE(samples);
    const auto capacity = [&](events::DataClass data_class, const char* plugin) {
        return samples->capacity_of({data_class, true, plugin, {}}).points;
    };
    EXPECT_EQ(capacity(events::DataClass::scalar, "scalars"), 500U);
    EXPECT_EQ(capacity(events::DataClass::blobs, "images"), Capacity::all);
    EXPECT_EQ(capacity(events::DataClass::blobs, "audio"), 0U);
    EXPECT_EQ(capacity(events::DataClass::scalar, "own"), 1000U);
    EXPECT_EQ(capacity(events::DataClass::tensor, "text"), 100U);
    EXPECT_EQ(capacity(events::DataClass::blobs, "graphs"), 10U);
    EXPECT_EQ(capacity(events::DataClass::unknown, "images"), 0U);
    EXPECT_TRUE(SamplesPerPlugin::parse(""));
    for (const char* bad : {"scalars", "scalars=", "=5", "scalars=-1", "scalars=5,", "scalars=5,,images=1", "scalars=1=2", "scalars=5x"})
        EXPECT_FALSE(SamplesPerPlugin::parse(bad)) << bad;
}

/// A reservoir whose slots hold steps.
struct Kept {
    Reservoir reservoir;
    std::vector<std::int64_t> slots;
    explicit Kept(std::uint32_t capacity) : reservoir(Capacity{capacity}) {}
    void offer(std::int64_t step) {
        const std::uint32_t slot = reservoir.offer(step);
        ASSERT_LE(slot, slots.size());
        if (slot == slots.size()) slots.push_back(0);
        slots[slot] = step;
    }
    [[nodiscard]] std::vector<std::int64_t> steps() const {
        std::vector<std::int64_t> all;
        for (std::uint32_t i = 0; i < reservoir.size(); ++i) {
            EXPECT_EQ(reservoir.step(i), slots[reservoir.slot(i)]);
            all.push_back(reservoir.step(i));
        }
        return all;
    }
};

TEST(Reservoir, KeepsAllWhileThereIsRoomAndThenSome) {
    Kept kept(10);
    for (std::int64_t step = 0; step < 10; ++step) kept.offer(step);
    EXPECT_EQ(kept.steps().size(), 10U);
    for (std::int64_t step = 10; step < 1000; ++step) {
        kept.offer(step);
        const auto steps = kept.steps();
        ASSERT_LE(steps.size(), 10U);
        ASSERT_EQ(steps.back(), step) << "the latest is always there";
        ASSERT_TRUE(std::is_sorted(steps.begin(), steps.end()));
    }
    EXPECT_LE(kept.reservoir.slots(), 10U);
    EXPECT_GE(kept.steps().size(), 9U);
}

TEST(Reservoir, AStepThatGoesBackDropsWhatLiesBeyond) {
    Kept kept(1000);
    for (const std::int64_t step : {0, 10, 20, 30, 40, 15}) kept.offer(step);
    EXPECT_EQ(kept.steps(), (std::vector<std::int64_t>{0, 10, 15}));
    kept.offer(15);
    EXPECT_EQ(kept.steps(), (std::vector<std::int64_t>{0, 10, 15}));
    kept.offer(-1);
    EXPECT_EQ(kept.steps(), std::vector<std::int64_t>{-1});
}

TEST(Reservoir, OfManyPointsKeepsTheirOrderInWideNumbers) {
    Kept kept(70'000);
    for (std::int64_t step = 0; step < 80'000; ++step) kept.offer(step);
    const auto steps = kept.steps();
    EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
    EXPECT_EQ(steps.back(), 79'999);
    EXPECT_LE(steps.size(), 70'000U);
    Kept all(Capacity::all);
    for (std::int64_t step = 0; step < 5000; ++step) all.offer(step);
    EXPECT_EQ(all.steps().size(), 5000U);
}

TEST(Reservoir, OfNoCapacityTakesNothing) { EXPECT_FALSE(Reservoir(Capacity{0}).takes_any()); }

}  // namespace
}  // namespace boardgate::data
