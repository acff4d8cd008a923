// SPDX-License-Identifier: MIT
#include "src/base/accept.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace boardgate {

namespace {
constexpr int rest_milliseconds = 50;
}

bool is_out_of_descriptors(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

Fd accept_connection(int listening, int flags) {
    Fd connection(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | flags));
    // Nothing tells when there is one again.
    if (!connection && is_out_of_descriptors(errno)) poll(nullptr, 0, rest_milliseconds);
    return connection;
}

}  // namespace boardgate
