// SPDX-License-Identifier: MIT
#include "src/logdirs/preview.h"

#include <algorithm>
#include <cmath>

#include "tests/fakes/fake_clock.h"
#include "tests/unit/events/damage.h"
#include "tests/unit/events/event_bytes.h"
#include "tests/unit/logdirs/temporary_folder.h"

namespace boardgate::logdirs {
namespace {

using namespace events;

struct PreviewTest : TemporaryFolder {
    fakes::FakeClock clock;
    std::vector<std::string> names;

    void put(const std::string& name, const std::string& bytes) {
        std::filesystem::remove(root / name);  // ext4 waits for the disk when a file is cut and written again
        std::ofstream(root / name, std::ios::binary) << bytes;
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    Preview shown() const { return preview(root, names, clock, clock.boot() + std::chrono::seconds(1)); }
    const wire::Curve& curve(const Preview& of, const std::string& tag) const {
        const auto found = std::find_if(of.curves.begin(), of.curves.end(), [&](const wire::Curve& one) { return one.tag == tag; });
        if (found == of.curves.end()) throw std::runtime_error("no curve of " + tag);
        return *found;
    }
};

TEST_F(PreviewTest, ReadsWhatTensorBoardsOwnWriterWrote) {
    put("tfevents.1", recorded("training"));
    const Preview run = shown();
    EXPECT_EQ(run.last_step, 24);
    ASSERT_EQ(run.curves.size(), 3U);
    const auto& loss = curve(run, "loss").points;
    ASSERT_EQ(loss.size(), 25U);
    EXPECT_NEAR(loss[0].value, 2.5, 0.1);
    EXPECT_LT(loss[24].value, loss[0].value);
    EXPECT_EQ(curve(run, "accuracy").points.size(), 25U);
}

TEST_F(PreviewTest, ReadsScalarsAsTensorFlow2WritesThem) {
    put("tfevents.1", recorded("tensors"));
    const Preview run = shown();
    EXPECT_EQ(run.last_step, 19);
    ASSERT_EQ(run.curves.size(), 1U) << "neither the text nor the histogram, nor the accuracy, which is a double: TensorBoard drops it";
    EXPECT_EQ(curve(run, "epoch_loss").points[3].value, 0.25);
}

TEST_F(PreviewTest, GoesOverAllFilesOfARun) {
    put("tfevents.1", record_of(scalar_event(1, "loss", 4)) + record_of(scalar_event(2, "loss", 3)));
    put("tfevents.2", record_of(scalar_event(3, "loss", 2)));
    put("tfevents.3", "");
    const Preview run = shown();
    EXPECT_EQ(run.last_step, 3);
    EXPECT_EQ(curve(run, "loss").points.size(), 3U);
}

TEST_F(PreviewTest, OfARunWithoutScalarsThereIsNothing) {
    put("tfevents.1", record_of(field(3, "brain.Event:2")));
    EXPECT_FALSE(shown().last_step);
    EXPECT_TRUE(shown().curves.empty());
}

TEST_F(PreviewTest, ShowsAllOfALongFileFromAFewPartsOfIt) {
    std::string bytes;
    constexpr int steps = 600'000;  // 25 MB
    for (int step = 0; step < steps; ++step)
        bytes += record_of(scalar_event(step, "loss", std::exp(-4.0F * static_cast<float>(step) / steps)));
    ASSERT_GT(bytes.size(), 20U << 20);
    put("tfevents.1", bytes);
    const Preview run = shown();
    EXPECT_EQ(run.last_step, steps - 1);
    const auto& points = curve(run, "loss").points;
    EXPECT_EQ(points.size(), wire::longest::points);
    EXPECT_EQ(points.front().step, 0);
    EXPECT_EQ(points.back().step, steps - 1);
    for (std::size_t i = 1; i < points.size(); ++i) EXPECT_LT(points[i].step - points[i - 1].step, steps / 16);
}

std::string picture_event(std::int64_t step, std::size_t size) {
    const std::string picture = field(1, 1) + field(2, 1) + field(4, std::string(size, 'p'));
    return field(2, static_cast<std::uint64_t>(step)) + field(5, field(1, field(1, "picture") + field(4, picture)));
}

TEST_F(PreviewTest, APictureLargerThanAllThatIsReadIsPassedOver) {
    put("tfevents.1", record_of(scalar_event(1, "loss", 1)) + record_of(picture_event(1, 8 << 20)) + record_of(scalar_event(2, "loss", 0)));
    EXPECT_EQ(shown().last_step, 2);
}

TEST_F(PreviewTest, ALastPictureIsTheLastStep) {
    std::string bytes;
    for (int step = 0; step < 60; ++step) bytes += record_of(picture_event(step, 200'000));
    put("tfevents.1", bytes);
    EXPECT_EQ(shown().last_step, 59);
    for (int step = 0; step < 200'000; ++step) bytes += record_of(scalar_event(step, "loss", 1));
    put("tfevents.1", bytes + record_of(picture_event(200'000, 3'000'000)));
    EXPECT_EQ(shown().last_step, 200'000) << "behind more than is read";
}

TEST_F(PreviewTest, ATrainingThatWentBackEndsWhereItIs) {
    std::string first, second;
    for (int step = 0; step <= 1000; step += 10) first += record_of(scalar_event(step, "loss", 1));
    for (int step = 500; step <= 700; step += 10) second += record_of(scalar_event(step, "loss", 2));
    put("tfevents.1", first);
    put("tfevents.2", second);
    const Preview run = shown();
    EXPECT_EQ(run.last_step, 700);
    EXPECT_EQ(curve(run, "loss").points.back().value, 2);
}

TEST_F(PreviewTest, WhatLiesBehindDamageIsNotShown) {
    std::string bytes;
    for (int step = 0; step < 100; ++step) {
        std::string record = record_of(scalar_event(step, "loss", 1));
        if (step == 50) record[3] = 1;
        bytes += record;
    }
    put("tfevents.1", bytes);
    EXPECT_EQ(shown().last_step, 49);
}

TEST_F(PreviewTest, NeverWaitsForAPipeNorOpensAFolderOrADevice) {
    put("tfevents.1", record_of(scalar_event(7, "loss", 1)));
    ASSERT_EQ(mkfifo((root / "tfevents.pipe").c_str(), 0600), 0);
    folder("tfevents.folder");
    std::filesystem::create_symlink("/dev/zero", root / "tfevents.device");
    std::filesystem::create_symlink("tfevents.circle", root / "tfevents.circle");
    for (const char* name : {"tfevents.pipe", "tfevents.folder", "tfevents.device", "tfevents.circle", "tfevents.gone"})
        names.emplace_back(name);
    EXPECT_EQ(shown().last_step, 7);
}

TEST_F(PreviewTest, ReadsNothingWhenTheTimeIsOver) {
    put("tfevents.1", recorded("training"));
    const Preview run = preview(root, names, clock, clock.boot());
    EXPECT_FALSE(run.last_step);
    EXPECT_TRUE(run.curves.empty());
}

TEST_F(PreviewTest, AnEndingTrainingMayHaveNoNumbers) {
    put("tfevents.1",
        record_of(scalar_event(1, "loss", 1)) + record_of(scalar_event(2, "loss", NAN)) + record_of(scalar_event(3, "loss", INFINITY)));
    const Preview run = shown();
    EXPECT_TRUE(std::isnan(curve(run, "loss").points[1].value));
    EXPECT_TRUE(std::isinf(curve(run, "loss").points[2].value));
}

/// Real bytes with random damage. The result does not matter, but reading must end within its bounds.
struct DamagedEvents : PreviewTest {
    events::Damage damage{20261121};

    void expect_bounded(const Preview& run) const {
        EXPECT_LE(run.curves.size(), wire::longest::curves);
        for (const wire::Curve& one : run.curves) {
            EXPECT_LE(one.points.size(), wire::longest::points);
            EXPECT_LE(one.tag.size(), wire::longest::tag);
        }
    }
};

TEST_F(DamagedEvents, AreReadWithoutHarm) {
    for (const char* name : {"training", "tensors"}) {
        const std::string good = recorded(name);
        ASSERT_GT(good.size(), 4000U);
        for (int round = 0; round < 1500; ++round) {
            put("tfevents.1", round % 3 == 0 ? damage.anywhere(good) : damage.in_records(good));
            expect_bounded(shown());
        }
    }
}

TEST_F(DamagedEvents, MayBeCutAnywhere) {
    const std::string good = recorded("training");
    std::optional<std::int64_t> before;
    for (std::size_t size = 0; size <= good.size(); size += 7) {
        put("tfevents.1", good.substr(0, size));
        const Preview run = shown();
        EXPECT_GE(run.last_step.value_or(-1), before.value_or(-1)) << "more of the file never shows less, at " << size;
        before = run.last_step;
    }
}

}  // namespace
}  // namespace boardgate::logdirs
