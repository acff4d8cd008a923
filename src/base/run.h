// SPDX-License-Identifier: MIT
// The outermost frame of every main: turns an Error or exception into a journal entry and an exit status.
#pragma once

#include <functional>
#include <optional>

#include "src/base/error.h"
#include "src/base/settings.h"

namespace boardgate {

/// Exit statuses, mostly from sysexits.h. Units list configuration in RestartPreventExitStatus=, so that an error that
/// somebody must correct first does not become a restart loop.
namespace exit_status {
inline constexpr int done = 0;
inline constexpr int usage = 64;
inline constexpr int no_input = 66;
inline constexpr int unavailable = 69;
inline constexpr int fault_of_ours = 70;
inline constexpr int try_again = 75;
inline constexpr int configuration = 78;
}  // namespace exit_status

/// Thrown by settings_or_throw(); `run` logs each fault and ends with exit_status::configuration.
struct ConfigurationFault {
    SettingsFaults faults;
};

/// Names the program in the journal, calls `body`, and returns its exit status.
[[nodiscard]] int run(const char* name, const std::function<Result<int>()>& body) noexcept;

/// Reads the settings; throws ConfigurationFault.
[[nodiscard]] Settings settings_or_throw();

/// Handles --version, --check-config and --print-config, which every daemon has; errors go to standard error, not to the
/// journal. The exit status if there was such an option.
[[nodiscard]] std::optional<int> answered_common_option(int argc, char** argv);

/// No core dump and no ptrace by the same uid: for processes that hold secrets (prctl(2), PR_SET_DUMPABLE).
void keep_memory_private();

}  // namespace boardgate
