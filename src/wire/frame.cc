// SPDX-License-Identifier: MIT
#include "src/wire/frame.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "src/base/attached_descriptor.h"

namespace boardgate::wire {

void Writer::text(std::string_view value, std::size_t longest) {
    if (value.size() > longest || value.size() > 0xFFFF) throw std::length_error("a field in a message is too long");
    number(static_cast<std::uint16_t>(value.size()));
    append(value);
}

void Writer::append(std::string_view raw) {
    if (raw.size() > longest_message - bytes_.size()) throw std::length_error("a message is too long");
    bytes_ += raw;
}

std::string_view Reader::take(std::size_t count) {
    if (!good_ || rest_.size() < count) {
        good_ = false;
        return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

std::string_view Reader::text(std::size_t longest) {
    const std::size_t size = number<std::uint16_t>();
    if (size > longest) {
        good_ = false;
        return {};
    }
    return take(size);
}

Result<void> send(int socket, const Writer& message, int attach) {
    ssize_t sent = 0;
    do {
        sent = send_attached(socket, message.bytes(), attach);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) return system_error("cannot send a message");
    return {};
}

namespace {
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83  // asm-generic/socket.h of Linux 6.16
#endif
}  // namespace

namespace {
/// Readable once the program ends. Without a descriptor (-1) poll(2) waits for the message alone.
const Fd& stop_event() {
    static const Fd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    return event;
}
}  // namespace

void stop_waiting() { eventfd_write(stop_event().get(), 1); }

Result<std::optional<Datagram>> receive(int socket, std::chrono::milliseconds deadline, Descriptors descriptors) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd waiting[] = {{socket, POLLIN, 0}, {stop_event().get(), POLLIN, 0}};
        const int ready = poll(waiting, 2, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return system_error("cannot wait for a message");
        if (ready == 0) return system_error("no message came in time", {}, ETIMEDOUT);
        if (waiting[0].revents == 0) return system_error("the program is ending", {}, ECANCELED);
        break;
    }
    Datagram datagram;
    datagram.bytes.storage().resize(longest_message + 1);
    iovec part{datagram.bytes.storage().data(), datagram.bytes.storage().size()};
    alignas(cmsghdr) std::array<char, CMSG_LEN(sizeof(int))> control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    // What finds no room is closed by the kernel, which says so (MSG_CTRUNC).
    if (descriptors == Descriptors::one) {
        header.msg_control = control.data();
        header.msg_controllen = control.size();
    }
    ssize_t got = 0;
    do {
        got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return system_error("cannot receive a message");
    datagram.attached = attached_to(header);
    if (got == 0) return std::optional<Datagram>{};
    if ((header.msg_flags & MSG_CTRUNC) != 0) return failure("the message has an unexpected descriptor");
    if ((header.msg_flags & MSG_TRUNC) != 0 || static_cast<std::size_t>(got) > longest_message) {
        return failure("the message is too long");
    }
    datagram.bytes.storage().resize(static_cast<std::size_t>(got));
    return std::optional<Datagram>(std::move(datagram));
}

Result<Fd> connect(const std::string& path, Descriptors descriptors, std::chrono::seconds patience) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return failure("the path of a socket is too long", path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!fd) return system_error("cannot open a socket");
    const timeval longest{patience.count(), 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    // Where the kernel does not know it yet, receive() refuses what comes.
    const int passes = descriptors == Descriptors::one ? 1 : 0;
    setsockopt(fd.get(), SOL_SOCKET, SO_PASSRIGHTS, &passes, sizeof passes);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return system_error("cannot connect to", path);
    }
    return fd;
}

}  // namespace boardgate::wire
