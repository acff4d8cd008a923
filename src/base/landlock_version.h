// SPDX-License-Identifier: MIT
#pragma once

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace boardgate {

/// The version of Landlock that the kernel has (landlock(7), "ABI"); below 1 where it has none, or is booted without it.
inline long landlock_version() { return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION); }

}  // namespace boardgate
