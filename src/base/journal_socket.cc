// SPDX-License-Identifier: MIT
#include "src/base/journal_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>

namespace boardgate {

bool JournalSocket::connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    socket_ = Fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return socket_ && ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

JournalSocket::Outcome JournalSocket::send(const std::string& message, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (bool fresh = false;;) {
        if (socket_ && ::send(socket_.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Outcome::sent;
        if (!socket_ || (errno != EAGAIN && errno != ENOBUFS)) {
            // The first message, or journald has another socket now.
            if (fresh || !connect()) return Outcome::missing;
            fresh = true;
            continue;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd writable{socket_.get(), POLLOUT, 0};
        if (left.count() <= 0 || poll(&writable, 1, static_cast<int>(left.count())) == 0) return Outcome::full;
    }
}

}  // namespace boardgate
