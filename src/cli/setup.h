// SPDX-License-Identifier: MIT
// `boardgate setup`: from an unpacked package to a server that answers. The questions are in setup.cc, what is done about
// the answers in setup_steps.cc.
#pragma once

#include <string>

#include "src/cli/arguments.h"
#include "src/cli/connection.h"

namespace boardgate::cli {

/// What a server needs to know; arguments and questions fill it.
struct ServerPlan {
    std::string name;  ///< as people type it, without https://
    Certificate kind = Certificate::keep;
    std::string certificate;  ///< own files: absolute paths
    std::string key;
    std::string email;           ///< certbot: where the authority writes when a renewal fails; empty is nowhere
    std::string run_roots;       ///< as in boardgate.conf(5); empty leaves what is there
    std::string administrators;  ///< a group; empty leaves what is there
    bool tensorboard = true;     ///< install it where it is not there yet
};

/// The plan that the arguments make over what is there already. Refused: contradictions, names and files that cannot be.
[[nodiscard]] CommandResult<ServerPlan> plan_of(const SetupArguments& arguments, const std::string& configured_name, bool has_certificate);

/// Does all of it, and says each step; the server's address.
[[nodiscard]] CommandResult<std::string> carry_out(const ServerPlan& plan);

/// server_name of nginx-server.conf; the machine's own name while that is the sample's.
[[nodiscard]] std::string configured_name();
/// Is the certificate that nginx-server.conf names there?
[[nodiscard]] bool has_certificate();

}  // namespace boardgate::cli
