// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/presets.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "src/boardgated/api/environments.h"

namespace boardgate::boardgated {
namespace {

struct PresetsTest : testing::Test {
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Presets presets{*store};
    BoardOptions options;
    PresetsTest() {
        options.logdir = "/home/alice/secret";
        options.title = "mine";
        options.port = 16010;
        options.reload_interval = 42;
    }
};

TEST_F(PresetsTest, HoldNothingOfTheOneBoard) {
    presets.set_last(1001, options);
    const Json::Value last = presets.last(1001);
    EXPECT_EQ(last["reload_interval"], 42);
    for (const char* field : options_of_one_board) EXPECT_FALSE(last.isMember(field)) << field;
}

TEST_F(PresetsTest, BelongToTheirPerson) {
    presets.set_last(1001, options);
    ASSERT_TRUE(presets.put(1001, "slow", options));
    EXPECT_TRUE(presets.last(1002).isNull());
    EXPECT_TRUE(presets.named(1002).empty());
    ASSERT_TRUE(presets.remove(1002, "slow"));
    EXPECT_EQ(presets.named(1001).size(), 1U);
}

TEST_F(PresetsTest, TheLastOptionsAreNoNamedPreset) {
    presets.set_last(1001, options);
    EXPECT_TRUE(presets.named(1001).empty());
}

TEST_F(PresetsTest, AreBoundedButCanBeChangedWhenFull) {
    for (std::size_t i = 0; i < Presets::most; ++i) ASSERT_TRUE(presets.put(1001, "p" + std::to_string(i), options));
    EXPECT_EQ(presets.put(1001, "one more", options).error().field, "name");
    EXPECT_TRUE(presets.put(1001, "p0", options));
}

TEST_F(PresetsTest, AreBoundedHoweverManyArePutAtOnce) {
    for (std::size_t i = 1; i < Presets::most; ++i) ASSERT_TRUE(presets.put(1001, "p" + std::to_string(i), options));
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) threads.emplace_back([&, i] { (void)presets.put(1001, "late" + std::to_string(i), options); });
    }
    EXPECT_EQ(presets.named(1001).size(), Presets::most);
}

TEST(TensorboardVersion, IsReadOffTheInstalledPackage) {
    char pattern[] = "/tmp/environment_XXXXXX";
    const std::filesystem::path root = mkdtemp(pattern);
    const auto packages = root / "lib/python3.11/site-packages";
    std::filesystem::create_directories(packages / "tensorboard-2.21.0.dist-info");
    std::filesystem::create_directories(packages / "tensorboard_data_server-0.7.2.dist-info");
    EXPECT_EQ(tensorboard_version(root / "bin/tensorboard"), "2.21.0");
    std::filesystem::remove_all(packages / "tensorboard-2.21.0.dist-info");
    EXPECT_EQ(tensorboard_version(root / "bin/tensorboard"), "");
    EXPECT_EQ(tensorboard_version("/nonexistent/bin/tensorboard"), "");
    std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace boardgate::boardgated
