// SPDX-License-Identifier: MIT
// What `boardgate doctor` looks at on a server. Each check is fine, or says what is wrong and the command that
// mends it. What only root may see is looked at by root.
#pragma once

#include <string>
#include <vector>

#include "src/base/settings.h"

namespace boardgate::cli {

struct Finding {
    bool fine;
    std::string what;    ///< what was looked at, or what is wrong with it
    std::string remedy;  ///< a command, or what to do; empty when fine
};
using Findings = std::vector<Finding>;

/// The whole installation.
[[nodiscard]] Findings examine_installation();

/// What stands in files: environments, certificate, PAM, journal, disk.
void examine_files(Findings& to, const Settings& settings);
/// What runs: units, sockets, packet filter, nginx and whoever shares its account, firewall, ports.
void examine_what_runs(Findings& to, const Settings& settings);

}  // namespace boardgate::cli
