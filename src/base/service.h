// SPDX-License-Identifier: MIT
// systemd's interface to a service: passed sockets and notifications (sd_listen_fds(3), sd_notify(3)).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate {

/// Sockets by FileDescriptorName=. Each descriptor is made close-on-exec here.
using ServiceSockets = std::multimap<std::string, Fd>;

/// The sockets that systemd passed, or an error that says how to start the program.
[[nodiscard]] Result<ServiceSockets> service_sockets();
/// Takes one socket out; an error that names the missing FileDescriptorName=.
[[nodiscard]] Result<Fd> take_socket(ServiceSockets& sockets, const std::string& name);
/// Takes all sockets of the name, at least one: a socket unit may listen at several addresses.
[[nodiscard]] Result<std::vector<Fd>> take_sockets(ServiceSockets& sockets, const std::string& name);
/// The connection of an Accept=yes service, which systemd passes as standard input; that is /dev/null from then on.
[[nodiscard]] Result<Fd> accepted_connection();

/// A status is one line without control characters: root reads it in a terminal (systemctl status).
void notify_ready(const std::string& status);
void notify_status(const std::string& status);
void notify_stopping(const std::string& status);
/// Stores a socket in systemd, which passes it to the next start of the program (FileDescriptorStoreMax=).
void keep_socket(const std::string& name, int fd);
void forget_socket(const std::string& name);
/// The start takes so much longer from now on than TimeoutStartSec= allows.
void notify_more_time(std::chrono::seconds more);
/// Notifies the watchdog that the main loop works.
void notify_alive();

}  // namespace boardgate
