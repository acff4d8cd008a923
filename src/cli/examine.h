// SPDX-License-Identifier: MIT
// The checks of `boardgate doctor` on a server. A failed check names the fault and the command that repairs it. Some
// checks need root.
#pragma once

#include <string>
#include <vector>

#include "src/base/settings.h"

namespace boardgate::cli {

struct Finding {
    bool fine;
    std::string what;    ///< what was checked, or the fault
    std::string remedy;  ///< a command, or what to do; empty if the check is fine or `what` says it
};
using Findings = std::vector<Finding>;

/// The whole installation.
[[nodiscard]] Findings examine_installation();

/// Files: environments, certificate, PAM, journal, disk.
void examine_files(Findings& to, const Settings& settings);
/// What runs: units, sockets, packet filter, other programs under nginx's account, ports, limits. False if boardgate is stopped.
bool examine_what_runs(Findings& to, const Settings& settings);
/// The address as people type it: name, certificate, nginx, boardgated.
void examine_address(Findings& to, const Settings& settings);
/// The cluster, where boards may run there: Slurm's commands, partition, limits, this server's address in it.
void examine_cluster(Findings& to, const Settings& settings);
/// A node, by one job of this account that runs `boardgate-node --check`. Root may name any account; others name themselves.
void examine_node(Findings& to, const Settings& settings, const std::string& account);
/// For root: nginx's configuration, the host's firewall.
void examine_way_in(Findings& to);

}  // namespace boardgate::cli
