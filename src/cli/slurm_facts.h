// SPDX-License-Identifier: MIT
// What Slurm's commands print about a cluster, as values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "src/cli/examine.h"

namespace boardgate::cli {

/// The value of a key in the output of scontrol: `Key = value` lines of `show config`, or `Key=value` words of `show --oneliner`.
[[nodiscard]] std::optional<std::string> slurm_value(const std::string& output, const std::string& key);
/// `30`, `60:00`, `12:00:00`, `1-12:00:00`: minutes, or with units; nothing for UNLIMITED and what is no time.
[[nodiscard]] std::optional<std::chrono::seconds> slurm_time(const std::string& text);
/// Seconds that a batch job waits until the scheduler looks at it, from SchedulerParameters.
[[nodiscard]] int batch_delay(const std::string& scheduler_parameters);
/// The lines that `boardgate-node --check` printed: `fine`, or `wrong`, a tab, what was checked, a tab, the remedy.
[[nodiscard]] Findings node_findings(const std::string& output);

}  // namespace boardgate::cli
