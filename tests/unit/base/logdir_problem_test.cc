// SPDX-License-Identifier: MIT
#include "src/base/logdir_problem.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate {
namespace {

class FolderFaults : public testing::Test {
protected:
    [[nodiscard]] std::string at(const std::string& name) const { return folder_ / name; }
    [[nodiscard]] static std::string code(const std::string& path, const std::string& home = {}) {
        const auto fault = fault_of_folder(path, home);
        return fault ? code_of(fault->kind) : "";
    }
    fakes::TempFolder folder_;
};

TEST_F(FolderFaults, AFolderThatCanBeListedHasNone) {
    EXPECT_EQ(code(folder_.path()), "");
    std::filesystem::create_directory(at("empty"));
    EXPECT_EQ(code(at("empty")), "") << "an empty folder is a good one: its event files may come";
}

TEST_F(FolderFaults, AreNamedWithThePath) {
    (void)folder_.put("file", "x");
    EXPECT_EQ(code(at("absent")), "logdir_missing");
    EXPECT_EQ(code(at("file")), "logdir_not_a_folder");
    EXPECT_EQ(code(at("file/below")), "logdir_not_a_folder");
    EXPECT_NE(fault_of_folder(at("absent"), {})->text.find(at("absent")), std::string::npos);
}

TEST_F(FolderFaults, AMissingFolderInAHomeThatIsNotThereIsAboutTheHome) {
    EXPECT_EQ(code(at("home/runs"), at("home")), "home_missing");
    std::filesystem::create_directory(at("home"));
    EXPECT_EQ(code(at("home/runs"), at("home")), "logdir_missing") << "my own empty home is a home";
    EXPECT_EQ(code(at("homestead/runs"), at("home")), "logdir_missing");
}

TEST_F(FolderFaults, AnEmptyMountPointOfSomebodyElseIsNoHome) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to give a folder away";
    std::filesystem::create_directory(at("home"));
    ASSERT_EQ(chown(at("home").c_str(), 65534, 65534), 0);
    EXPECT_EQ(code(at("home/runs"), at("home")), "home_missing");
    std::filesystem::create_directory(at("home/other"));
    EXPECT_EQ(code(at("home/runs"), at("home")), "logdir_missing");
}

}  // namespace
}  // namespace boardgate
