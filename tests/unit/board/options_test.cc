// SPDX-License-Identifier: MIT
#include "src/board/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace boardgate::board {
namespace {

struct OptionsTest : testing::Test {
    std::vector<std::string> words = {"boardgate-board",
                                      "--board=k3f9abcd",
                                      "--tensorboard=/opt/tb/bin/tensorboard",
                                      "--logdir=/home/alice/a,b \\x24HOME %n",
                                      "--title=",
                                      "--reload-interval=5",
                                      "--reload-multifile=no",
                                      "--samples=images=100",
                                      "--loader=auto",
                                      "--idle-sleep=1800",
                                      "--longest-awake=0"};
    Result<Options> parsed() {
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        return parse_options(static_cast<int>(words.size()), arguments.data());
    }
    void expect_refused(std::size_t at, const std::string& word) {
        const std::string before = std::exchange(words.at(at), word);
        EXPECT_FALSE(parsed()) << word;
        words.at(at) = before;
    }
};

TEST_F(OptionsTest, TakesWhatTheLauncherSays) {
    const auto options = parsed();
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_EQ(options->board.str(), "k3f9abcd");
    EXPECT_EQ(options->logdir.str(), "/home/alice/a,b $HOME %n");
    EXPECT_EQ(options->samples, "images=100");
    EXPECT_EQ(options->idle_sleep, std::chrono::minutes(30));
    EXPECT_EQ(options->longest_awake, std::chrono::seconds(0));
    EXPECT_FALSE(options->reload_multifile);
}

TEST_F(OptionsTest, RefusesAMissingOption) {
    for (const std::size_t at : {1, 2, 3, 5, 6, 8, 9, 10}) expect_refused(at, "--title=");
}

TEST_F(OptionsTest, RefusesValuesThatNoLauncherSends) {
    expect_refused(1, "--board=../../etc");
    expect_refused(2, "--tensorboard=tensorboard");
    expect_refused(3, "--logdir=runs");
    expect_refused(3, "--logdir=/a\\b");
    expect_refused(5, "--reload-interval=0.5");
    expect_refused(5, "--reload-interval=-1");
    expect_refused(5, "--reload-interval=86401");
    expect_refused(6, "--reload-multifile=true");
    expect_refused(7, "--samples=images");
    expect_refused(8, "--loader=");
    expect_refused(9, "--idle-sleep=0");
    expect_refused(9, "--idle-sleep=31536001");
    expect_refused(10, "--longest-awake=never");
}

TEST_F(OptionsTest, PassesNoOptionOfTensorBoardThrough) {
    words.emplace_back("--host=0.0.0.0");
    EXPECT_FALSE(parsed());
    words.back() = "word";
    EXPECT_FALSE(parsed());
}

}  // namespace
}  // namespace boardgate::board
