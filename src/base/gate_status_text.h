// SPDX-License-Identifier: MIT
// The status text of boardgate-gate.service while the packet filter is in force (STATUS= of sd_notify(3)). It names the
// ports of the loaded table for people and the launcher: after a change of door_ports, they differ from boardgate.conf.
#pragma once

#include <cstdio>
#include <string>

#include "src/base/settings.h"

namespace boardgate {

inline constexpr const char* gate_unit = "boardgate-gate.service";

[[nodiscard]] inline std::string gate_status_text(const setting::Ports& ports) {
    return "Local accounts are refused at ports " + std::to_string(ports.first) + " to " + std::to_string(ports.last);
}

/// Does the status text cover all these ports?
[[nodiscard]] inline bool gate_status_covers(const std::string& status, const setting::Ports& ports) {
    setting::Ports refused;
    return std::sscanf(status.c_str(), "Local accounts are refused at ports %hu to %hu", &refused.first, &refused.last) == 2 &&
           refused.holds(ports.first) && refused.holds(ports.last);
}

}  // namespace boardgate
