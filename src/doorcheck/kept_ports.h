// SPDX-License-Identifier: MIT
// Keeps the ports of doors, so that no other account can take them. A kept socket is bound and does not listen; with
// SO_REUSEPORT, the kernel lets only sockets of the same uid bind beside it: root's, as systemd's for doors are. A door
// opens while its port is kept, so there is no moment in which the port is free.
#pragma once

#include <netinet/in.h>

#include <map>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/base/settings.h"

namespace boardgate::doorcheck {

/// In host byte order: loopback, or any address where doors listen at others as well.
[[nodiscard]] in_addr_t address_of_doors(const Settings& settings);

class KeptPorts {
public:
    explicit KeptPorts(const Settings& settings) : settings_(settings), address_(address_of_doors(settings)) {}

    /// A socket that systemd kept; it is closed if its port or address is no longer a door's.
    void adopt(Fd socket);
    /// Binds the ports that are not kept, as far as no other program has them. Returns the new ones.
    std::vector<std::uint16_t> bind_missing();
    [[nodiscard]] std::vector<std::uint16_t> all() const;
    [[nodiscard]] int socket_of(std::uint16_t port) const { return sockets_.at(port).get(); }
    /// For systemctl status and doctor: `keeps 998 of 999 ports; other programs have 16005`.
    [[nodiscard]] std::string status() const;

private:
    const Settings& settings_;
    in_addr_t address_;
    std::map<std::uint16_t, Fd> sockets_;
};

/// Ports of doors where no door may open: another program has the port, or root listens there. One a line, then `end`. A listener
/// at another address (127.0.0.2, ::1) takes no port: every account can have one for each port of doors.
[[nodiscard]] std::string taken_ports(const Settings& settings, const std::string& proc = "/proc");

/// The name under which systemd keeps a port's socket.
[[nodiscard]] inline std::string name_of_port(std::uint16_t port) { return "port-" + std::to_string(port); }

}  // namespace boardgate::doorcheck
