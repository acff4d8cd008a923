// SPDX-License-Identifier: MIT
// A descriptor that travels with a message (unix(7), SCM_RIGHTS).
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string_view>

#include "src/base/fd.h"

namespace boardgate {

/// As sendmsg(2), without SIGPIPE. `attach`: a descriptor, or -1.
inline ssize_t send_attached(int socket, std::string_view bytes, int attach) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg(2) only reads it
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (attach >= 0) {
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(rights), &attach, sizeof attach);
    }
    return sendmsg(socket, &header, MSG_NOSIGNAL);
}

/// Takes the one descriptor that came with a message; none if there is none.
[[nodiscard]] inline Fd attached_to(msghdr& header) {
    const cmsghdr* part = CMSG_FIRSTHDR(&header);
    if (part == nullptr || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) return {};
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(part), sizeof fd);
    return Fd(fd);
}

}  // namespace boardgate
