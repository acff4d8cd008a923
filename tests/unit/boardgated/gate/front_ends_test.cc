// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/front_ends.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

std::int64_t changed(const std::string& path) {
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) return 0;
    return facts.st_ctim.tv_sec * std::int64_t{1'000'000'000} + facts.st_ctim.tv_nsec;
}

struct FrontEndsTest : testing::Test {
    fakes::TempFolder folder;
    fakes::FakeClock clock;
    std::string program = folder.put("tensor board", "#!/bin/sh\n");
    std::string webfiles = folder.put("webfiles.zip", "PK");
    Settings settings;
    FrontEnds front_ends{settings, clock, folder.path(), folder / "wanted"};
    Board board{BoardId::parse("abcd2345").value(), 1000, UserName::parse("alice").value(), {}};

    FrontEndsTest() {
        settings.environments = {{"other", "/opt/other/bin/tensorboard"}, {"default", program}};
        board.facts.since = changed(webfiles) / 1000 + 1;
        record("0123456789abcdef");
        std::filesystem::create_directories(folder / "frontend/0123456789abcdef");
    }
    /// What boardgate-frontend wrote, this long before the files changed. It replaces the file in one step, as
    /// boardgate-frontend does: a thread may still read the old one.
    void record(const std::string& version, int program_before = 0, int webfiles_before = 0) const {
        const std::string next = folder.put("next", "/opt/other/bin/tensorboard\t0\t-\t0\t-\n" + program + '\t' +
                                                        std::to_string(changed(program) - program_before) + '\t' + webfiles + '\t' +
                                                        std::to_string(changed(webfiles) - webfiles_before) + '\t' + version + '\n');
        std::filesystem::rename(next, folder / "environments");
    }
    [[nodiscard]] bool asked() const { return folder.has("wanted"); }
    std::string version() {
        front_ends.look(board);
        return front_ends.version_for(board);
    }
};

TEST_F(FrontEndsTest, AreThoseThatTheBoardsTensorBoardBeganWith) {
    EXPECT_EQ(version(), "0123456789abcdef");
    board.facts.since -= 2;
    EXPECT_EQ(version(), "") << "it began before the files were these";
    EXPECT_FALSE(asked());
}

TEST_F(FrontEndsTest, TheGateIsAnsweredFromMemory) {
    EXPECT_EQ(front_ends.version_for(board), "") << "nobody has looked";
    EXPECT_EQ(version(), "0123456789abcdef");
    const std::int64_t before = std::exchange(board.facts.since, board.facts.since + 3'600'000'000);
    EXPECT_EQ(front_ends.version_for(board), "") << "nobody has looked since it began";
    board.facts.since = before;
    EXPECT_EQ(front_ends.version_for(board), "0123456789abcdef");
}

TEST_F(FrontEndsTest, AreLookedForWhenABoardIsReady) {
    front_ends.board_is_ready(board);
    const auto began = std::chrono::steady_clock::now();
    while (front_ends.version_for(board).empty() && std::chrono::steady_clock::now() - began < 10s) std::this_thread::yield();
    EXPECT_EQ(front_ends.version_for(board), "0123456789abcdef");
}

TEST_F(FrontEndsTest, NobodyWaitsForAFileSystemThatHangs) {
    const std::string hangs = folder / "environments";
    Board other = board;
    ASSERT_EQ(version(), "0123456789abcdef");
    // Opening it waits for a writer. It takes the file's place in one step: the last look may still be under way.
    const std::string pipe = folder / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::filesystem::rename(pipe, hangs);
    front_ends.look(board);
    other.options.environment = "other";
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(front_ends.version_for(board), "0123456789abcdef") << "as it was found before";
        EXPECT_EQ(front_ends.version_for(other), "");
        front_ends.board_is_ready(other);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    // It answers again: those that still wait for the pipe find nothing in it.
    int writer = -1;
    while (writer < 0) writer = open(hangs.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    std::filesystem::remove(hangs);
    record("0123456789abcdef");
    close(writer);
    std::string found;
    while (found.empty() && std::chrono::steady_clock::now() - began < 10s) found = version();
    EXPECT_EQ(found, "0123456789abcdef");
}

TEST_F(FrontEndsTest, AreNoneForAnEnvironmentOfOnesOwnOrOneThatIsNotShared) {
    board.options.environment = program;
    EXPECT_EQ(version(), "");
    board.options.environment = "other";
    EXPECT_EQ(version(), "");
    board.options.environment = "default";
    record("-");
    EXPECT_EQ(version(), "");
    EXPECT_FALSE(asked()) << "it would be refused again";
}

TEST_F(FrontEndsTest, AreAskedForWhenTheEnvironmentHasChanged) {
    for (const auto& [of_program, of_webfiles] : {std::pair(1, 0), std::pair(0, 1)}) {
        record("0123456789abcdef", of_program, of_webfiles);
        clock.advance(1min);
        EXPECT_EQ(version(), "");
        EXPECT_TRUE(asked());
        std::filesystem::remove(folder / "wanted");
    }
}

TEST_F(FrontEndsTest, AreAskedForNowAndThen) {
    std::filesystem::remove(folder / "environments");
    EXPECT_EQ(version(), "");
    EXPECT_TRUE(asked());
    std::filesystem::remove(folder / "wanted");
    clock.advance(9s);
    EXPECT_EQ(version(), "");
    EXPECT_FALSE(asked());
    clock.advance(1s);
    EXPECT_EQ(version(), "");
    EXPECT_TRUE(asked());
}

TEST_F(FrontEndsTest, AreAskedForWhenTheyAreGone) {
    std::filesystem::remove(folder / "frontend/0123456789abcdef");
    EXPECT_EQ(version(), "");
    EXPECT_TRUE(asked());
}

TEST_F(FrontEndsTest, AreNoneWhenTheRecordBreaksOff) {
    folder.put("environments", program + "\t12");
    EXPECT_EQ(version(), "");
}

}  // namespace
}  // namespace boardgate::boardgated
