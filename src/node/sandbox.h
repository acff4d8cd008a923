// SPDX-License-Identifier: MIT
// What systemd's drop-in is for boards on the server (systemd/tensorboard-.service.d), for a process without privileges in a job:
// namespaces of its own, so that nobody else on the node reaches TensorBoard, and it reaches nothing but files to read.
#pragma once

#include <string>

#include "src/base/error.h"

namespace boardgate::node {

/// Where a board finds things inside.
inline constexpr const char* own_tmp = "/run/board";
inline constexpr const char* inner_link = "/run/link";

struct SandboxPlan {
    std::string link_folder;  ///< becomes inner_link: the socket for sd_notify(3)
    std::string cache{};      ///< stays writable; empty: none
};

/// New namespaces for user, network, mounts, IPC, and for the processes that are started from now on. The caller has one thread.
[[nodiscard]] Result<void> leave_namespaces();
/// Of the caller, in the new namespaces, and for good.
[[nodiscard]] Result<void> drop_privileges();
/// In the first of these processes: files are read-only, /run, /dev and /proc its own, loopback is up, privileges are gone for good,
/// and the system calls that boards do not need are refused.
[[nodiscard]] Result<void> enter_sandbox(const SandboxPlan& plan);

}  // namespace boardgate::node
