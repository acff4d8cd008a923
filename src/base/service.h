// SPDX-License-Identifier: MIT
// What systemd hands to a program and wants to hear from it (sd_listen_fds(3), sd_notify(3)).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate {

/// Sockets by FileDescriptorName=. Each descriptor is made close-on-exec here.
using ServiceSockets = std::multimap<std::string, Fd>;

/// The sockets that systemd passed, or an error that says how the program is meant to be started.
[[nodiscard]] Result<ServiceSockets> service_sockets();
/// Takes one socket out; an error that names the missing FileDescriptorName=.
[[nodiscard]] Result<Fd> take_socket(ServiceSockets& sockets, const std::string& name);
/// Takes all of that name, at least one: a socket unit may listen at several addresses.
[[nodiscard]] Result<std::vector<Fd>> take_sockets(ServiceSockets& sockets, const std::string& name);
/// The connection of an Accept=yes service, which systemd passes as standard input.
[[nodiscard]] Result<Fd> accepted_connection();

void notify_ready(const std::string& status);
void notify_status(const std::string& status);
void notify_stopping(const std::string& status);
/// Tells the watchdog that the loop that does the work goes on.
void notify_alive();

}  // namespace boardgate
