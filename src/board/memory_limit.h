// SPDX-License-Identifier: MIT
// Did the unit reach its memory limit? The kernel counts that for its control group. systemd's Result does not always say
// it: the kernel may kill TensorBoard alone, and boardgate-board then ends by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace boardgate::board {

struct MemoryUse {
    std::uint64_t kills = 0;               ///< processes that the kernel killed because of the limit
    std::optional<std::uint64_t> limit{};  ///< bytes
    std::optional<std::uint64_t> peak{};   ///< bytes
};

/// Of this process's control group, of either version (cgroups(7)). `proc` is /proc/self/cgroup, `mounted` /sys/fs/cgroup.
[[nodiscard]] MemoryUse memory_use(const std::string& proc = "/proc/self/cgroup", const std::string& mounted = "/sys/fs/cgroup");

/// "its limit is 2048 MiB, and it used 2048 MiB"
[[nodiscard]] std::string memory_text(const MemoryUse& use);

}  // namespace boardgate::board
