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
    std::string remedy;  ///< a command, or what to do; empty when fine, or when `what` says it
};
using Findings = std::vector<Finding>;

/// The whole installation.
[[nodiscard]] Findings examine_installation();

/// What stands in files: environments, certificate, PAM, journal, disk.
void examine_files(Findings& to, const Settings& settings);
/// What runs: units, sockets, packet filter, whoever shares nginx's account, ports, limits.
void examine_what_runs(Findings& to, const Settings& settings);
/// The address as people type it: name, certificate, nginx, boardgated.
void examine_address(Findings& to, const Settings& settings);
/// For root: nginx's configuration, the host's firewall.
void examine_way_in(Findings& to);

}  // namespace boardgate::cli
