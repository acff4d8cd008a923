// SPDX-License-Identifier: MIT
#include "src/board/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate::board {
namespace {

struct MemoryLimitTest : testing::Test {
    fakes::TempFolder folder;
    void put(const std::string& path, const std::string& text) {
        std::filesystem::create_directories((std::filesystem::path(folder.path()) / path).parent_path());
        folder.put(path, text);
    }
    MemoryUse use() { return memory_use(folder / "cgroup", folder / "sys"); }
};

TEST_F(MemoryLimitTest, IsReadFromVersion2) {
    put("cgroup", "0::/tensorboard.slice/x.service\n");
    put("sys/tensorboard.slice/x.service/memory.max", "134217728\n");
    put("sys/tensorboard.slice/x.service/memory.peak", "134217728\n");
    put("sys/tensorboard.slice/x.service/memory.events", "low 0\nhigh 0\nmax 12\noom 1\noom_kill 2\noom_group_kill 0\n");
    EXPECT_EQ(use().kills, 2U);
    EXPECT_EQ(memory_text(use()), "its limit is 134 MB, and it used 134 MB");
}

TEST_F(MemoryLimitTest, IsReadFromVersion1) {
    put("cgroup", "3:cpu,cpuacct:/other\n2:memory:/x.service\n1:name=systemd:/x.service\n0::/x.service\n");
    put("sys/memory/x.service/memory.limit_in_bytes", "134217728\n");
    put("sys/memory/x.service/memory.max_usage_in_bytes", "134217728\n");
    put("sys/memory/x.service/memory.failcnt", "40\n");
    put("sys/memory/x.service/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
    EXPECT_EQ(use().kills, 1U);
    put("sys/memory/x.service/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
    EXPECT_EQ(use().kills, 40U) << "an old kernel";
    put("sys/memory/x.service/memory.max_usage_in_bytes", "1000\n");
    EXPECT_EQ(use().kills, 0U);
}

TEST_F(MemoryLimitTest, IsNoneWhereTheKernelSaysNothing) {
    EXPECT_EQ(use().kills, 0U);
    put("cgroup", "0::/x\n");
    put("sys/x/memory.max", "max\n");
    EXPECT_FALSE(use().limit);
    EXPECT_EQ(memory_text(use()), "");
}

}  // namespace
}  // namespace boardgate::board
