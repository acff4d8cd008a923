// SPDX-License-Identifier: MIT
// The modules of a PAM service, and what they need that boardgate-login's unit does not allow: some rewrite a file at each
// login, some connect to a server.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace boardgate::cli {

struct PamLine {
    std::string module;                  ///< without path and `.so`
    std::vector<std::string> arguments;  ///< `name=value`
};

/// The auth and account lines of /etc/pam.d/SERVICE, with those of the services that it includes (pam.conf(5)).
[[nodiscard]] std::vector<PamLine> pam_stack(const std::string& service, const std::string& folder = "/etc/pam.d");

/// What a module needs from its unit.
struct PamNeed {
    std::string module;
    std::string why;                 ///< a sentence without its subject: "rewrites /etc/liboath/users.oath at each login"
    std::vector<std::string> lines;  ///< of [Service], each `Name=value`; empty: no line of the unit helps
    std::string advice{};            ///< instead of lines
};
/// `homes`: the folders that hold people's homes.
[[nodiscard]] std::vector<PamNeed> needs_of(const std::vector<PamLine>& stack, const std::vector<std::string>& homes);

/// The lines that the unit does not have yet. `unit`: its properties, as `systemctl show` prints them.
[[nodiscard]] std::vector<std::string> missing_lines(const std::vector<std::string>& lines, const std::map<std::string, std::string>& unit);

}  // namespace boardgate::cli
