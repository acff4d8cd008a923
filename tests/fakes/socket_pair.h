// SPDX-License-Identifier: MIT
// Both ends of a real SOCK_SEQPACKET connection.
#pragma once

#include <sys/socket.h>

#include <stdexcept>

#include "src/base/fd.h"

namespace boardgate::fakes {

struct SocketPair {
    explicit SocketPair(int type = SOCK_SEQPACKET) {
        int ends[2];
        if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("no socket pair");
        near = Fd(ends[0]);
        far = Fd(ends[1]);
    }
    Fd near;
    Fd far;
};

}  // namespace boardgate::fakes
