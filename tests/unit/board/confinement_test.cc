// SPDX-License-Identifier: MIT
// Each test confines a child. Skipped where the kernel has no Landlock.
#include "src/board/confinement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "src/base/landlock_version.h"

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Not;

bool can_read(const fs::path& file) { return std::ifstream(file).get() != std::ifstream::traits_type::eof(); }
bool can_list(const fs::path& folder) {
    std::error_code refused;
    return fs::directory_iterator(folder, refused) != fs::directory_iterator();
}
bool can_write(const fs::path& file) {
    std::ofstream out(file);
    return static_cast<bool>(out << "x" << std::flush);
}

struct ConfinementTest : testing::Test {
    ConfinementTest() {
        for (const char* name : {"runs/a", "private", "own", "cache", "env/bin"}) fs::create_directories(folder / name);
        for (const char* name : {"runs/a/tfevents", "private/tfevents", "env/bin/tensorboard"}) folder.put(name, "x");
        fs::create_symlink(folder / "private", folder / "runs/planted");
        fs::create_symlink(folder / "private/tfevents", folder / "runs/a/planted");
        // As link_folders() does.
        fs::create_symlink(folder / "runs", folder / "own/runs");
    }
    void SetUp() override {
        if (landlock_version() < 1) GTEST_SKIP() << "no Landlock here";
    }
    /// The body's failures are the test's.
    void confined(const std::function<void()>& body) const {
        const pid_t child = fork();
        if (child == 0) {
            const auto entered =
                Confinement::of({LogDir::parse(folder / "runs").value()}, folder / "env/bin/tensorboard", folder / "own", folder / "cache")
                    .enter();
            EXPECT_TRUE(entered) << (entered ? "" : entered.error().text());
            body();
            _exit(HasFailure() ? 1 : 0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    fakes::TempFolder folder;
};

TEST_F(ConfinementTest, ItsFoldersAreReadAndWhatALinkLeadsToIsNot) {
    ASSERT_TRUE(can_read(folder / "runs/planted/tfevents")) << "it would be readable otherwise";
    confined([&] {
        EXPECT_TRUE(can_read(folder / "own/runs/a/tfevents"));
        EXPECT_TRUE(can_list(folder / "runs"));
        EXPECT_FALSE(can_read(folder / "own/runs/planted/tfevents"));
        EXPECT_FALSE(can_list(folder / "own/runs/planted"));
        EXPECT_FALSE(can_read(folder / "runs/a/planted"));
        EXPECT_FALSE(can_read(folder / "private/tfevents"));
    });
}

TEST_F(ConfinementTest, OnlyItsOwnFoldersAreWritten) {
    confined([&] {
        EXPECT_TRUE(can_write(folder / "own/new"));
        EXPECT_TRUE(can_write(folder / "cache/new"));
        EXPECT_TRUE(can_write("/dev/null"));
        EXPECT_FALSE(can_write(folder / "runs/a/new"));
        EXPECT_FALSE(can_write(folder / "runs/a/tfevents"));
        EXPECT_FALSE(can_write(folder / "env/new"));
    });
}

TEST_F(ConfinementTest, ProgramsStillRun) {
    confined([&] {
        EXPECT_TRUE(can_read(folder / "env/bin/tensorboard"));
        EXPECT_EQ(system("/bin/true"), 0);
        // What it starts is confined as well.
        EXPECT_NE(system(("cat " + (folder / "private/tfevents") + " 2>/dev/null").c_str()), 0);
    });
}

TEST_F(ConfinementTest, OtherProcessesAreOutOfReachAlsoOfABoardThatNobodyElseSees) {
    // Its other files are root's to read (perf_event_open(2)), who may run this test.
    const std::string outside = "/proc/" + std::to_string(getpid()) + "/root";
    ASSERT_TRUE(can_list(outside)) << "it would be within reach otherwise";
    const pid_t child = fork();
    if (child == 0) {
        keep_apart();
        EXPECT_FALSE(can_list(outside));
        constexpr long knows_scopes = 6;
        if (landlock_version() >= knows_scopes) {
            EXPECT_NE(kill(getppid(), 0), 0);
        }
        EXPECT_TRUE(can_read("/proc/self/environ"));
        EXPECT_TRUE(can_read(folder / "private/tfevents")) << "no file is";
        EXPECT_TRUE(can_write(folder / "own/new"));
        constexpr long knows_moves = 2;
        if (landlock_version() >= knows_moves) {
            EXPECT_EQ(rename((folder / "own/new").c_str(), (folder / "private/moved").c_str()), 0) << "files still move";
        }
        _exit(HasFailure() ? 1 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST_F(ConfinementTest, ThePythonOfAnEnvironmentMayLieElsewhere) {
    folder.put("env/pyvenv.cfg", "home = /opt/pythons/3.12/bin\ninclude-system-site-packages = false\n");
    const Confinement found = Confinement::of({}, folder / "env/bin/tensorboard", "", "");
    EXPECT_THAT(found.read, Contains("/opt/pythons/3.12"));
    EXPECT_THAT(found.read, Contains(folder / "env"));
    EXPECT_THAT(Confinement::of({}, "/tensorboard", "", "").read, Not(Contains("/"))) << "that would be everything";
}

}  // namespace
}  // namespace boardgate::board
