// SPDX-License-Identifier: MIT
// A socket in the file system, for tests that act as another program of boardgate.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <stdexcept>
#include <string>

#include "src/base/fd.h"

#include "tests/fakes/temp_folder.h"

namespace boardgate::fakes {

class ListeningSocket {
public:
    ListeningSocket() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        if (bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listening_.get(), 8) != 0) {
            throw std::runtime_error("no socket to listen at");
        }
    }

    [[nodiscard]] std::string path() const { return folder_ / "socket"; }
    /// The next connection, or none after the socket was closed.
    [[nodiscard]] Fd accept() const { return Fd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
    /// Whether a connection waits.
    [[nodiscard]] bool is_connected_to() const {
        pollfd waiting{listening_.get(), POLLIN, 0};
        return poll(&waiting, 1, 0) > 0;
    }
    void close() { shutdown(listening_.get(), SHUT_RDWR); }

private:
    TempFolder folder_;
    Fd listening_{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
};

}  // namespace boardgate::fakes
