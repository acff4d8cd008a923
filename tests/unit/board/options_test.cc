// SPDX-License-Identifier: MIT
#include "src/board/options.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <vector>

#include "src/base/fd.h"
#include "src/base/words.h"

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

struct OptionsTest : testing::Test {
    std::string board = "k3f9abcd";
    std::vector<std::string> words = {"--tensorboard=/opt/tb/bin/tensorboard",
                                      "--logdir=/home/alice/a,b $HOME %n",
                                      "--reload-interval=5",
                                      "--reload-multifile=no",
                                      "--samples=images=100",
                                      "--loader=auto",
                                      "--idle-sleep=1800",
                                      "--longest-awake=0"};
    [[nodiscard]] Result<Options> parsed() const { return parse_options(board, words); }
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
    ASSERT_EQ(options->folders.size(), 1U);
    EXPECT_EQ(options->folders.front().str(), "/home/alice/a,b $HOME %n");
    EXPECT_EQ(options->samples, "images=100");
    EXPECT_EQ(options->idle_sleep, std::chrono::minutes(30));
    EXPECT_EQ(options->longest_awake, std::chrono::seconds(0));
    EXPECT_EQ(options->home, std::nullopt);
    EXPECT_FALSE(options->reload_multifile);
}

TEST_F(OptionsTest, TakesTheHomeForWhichTheBoardWasMade) {
    words.emplace_back("--home=12:34.000000005");
    EXPECT_EQ(parsed()->home->str(), "12:34.000000005");
    expect_refused(words.size() - 1, "--home=");
    expect_refused(words.size() - 1, "--home=/home/alice");
}

TEST_F(OptionsTest, ABoardIsConfinedWhereTheLauncherSaysSo) {
    EXPECT_FALSE(parsed()->confined);
    words.emplace_back("--confined=yes");
    EXPECT_TRUE(parsed()->confined);
    words.back() = "--confined=maybe";
    EXPECT_FALSE(parsed());
}

TEST_F(OptionsTest, RefusesAMissingOption) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (!words[at].starts_with("--samples")) expect_refused(at, "--name=x");
    }
    board.clear();
    EXPECT_FALSE(parsed());
}

TEST_F(OptionsTest, RefusesValuesThatNoLauncherSends) {
    expect_refused(0, "--tensorboard=tensorboard");
    expect_refused(1, "--logdir=runs");
    expect_refused(2, "--reload-interval=0.5");
    expect_refused(2, "--reload-interval=-1");
    expect_refused(2, "--reload-interval=86401");
    expect_refused(3, "--reload-multifile=true");
    expect_refused(4, "--samples=images");
    expect_refused(5, "--loader=");
    expect_refused(6, "--idle-sleep=0");
    expect_refused(6, "--idle-sleep=31536001");
    expect_refused(7, "--longest-awake=never");
    words.emplace_back("--name=../x");
    EXPECT_FALSE(parsed());
    words.pop_back();
    board = "../../etc";
    EXPECT_FALSE(parsed());
}

TEST_F(OptionsTest, TakesSeveralFoldersAndTheirNames) {
    words.emplace_back("--logdir=/data");
    words.emplace_back("--name=mine");
    words.emplace_back("--name=all");
    const auto options = parsed();
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_EQ(options->folders.size(), 2U);
    EXPECT_EQ(options->names, (std::vector<std::string>{"mine", "all"}));
}

TEST_F(OptionsTest, AreReadFromAFileAsTheLauncherWritesIt) {
    const fakes::TempFolder folder;
    folder.put("words", std::string("--a=1\n2\0--b=\0", 13));
    const Fd file(open((folder / "words").c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(read_words(file.get()).value(), (std::vector<std::string>{"--a=1\n2", "--b="}));
    EXPECT_FALSE(read_words(file.get())) << "there is nothing more";
    folder.put("words", std::string(100, 'x'));
    const Fd long_file(open((folder / "words").c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(read_words(long_file.get(), 50));
}

TEST_F(OptionsTest, PassesNoOptionOfTensorBoardThrough) {
    words.emplace_back("--host=0.0.0.0");
    EXPECT_FALSE(parsed());
    words.back() = "word";
    EXPECT_FALSE(parsed());
}

}  // namespace
}  // namespace boardgate::board
