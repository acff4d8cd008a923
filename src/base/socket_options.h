// SPDX-License-Identifier: MIT
// Options of connections (tcp(7), socket(7)). An error is ignored: the connection works without them, too.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace boardgate {

/// Small parts leave immediately.
inline void disable_nagle(int socket) {
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// With a reset, a broken connection does not look like a short answer.
inline void set_reset_on_close(int socket, bool reset) {
    const linger how{reset ? 1 : 0, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &how, sizeof how);
}

}  // namespace boardgate
