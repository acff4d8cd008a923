// SPDX-License-Identifier: MIT
// One message of a privilege boundary: a datagram on a SOCK_SEQPACKET socket (unix(7)), so that a
// message is complete or absent. Layout: 16-bit type, then the fields of messages.h in their order. Numbers are
// little-endian, text is a 16-bit length and bytes. Fields that are too long, too short or out of range are refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/base/secret.h"

namespace boardgate::wire {

/// The most bytes of a message. The kernel cuts longer datagrams, which are then refused here.
inline constexpr std::size_t longest_message = 60 * 1024;
/// How long a connection waits until its peer takes a message, or takes the connection.
inline constexpr std::chrono::seconds longest_send{5};

/// Appends fields to a message.
class Writer {
public:
    explicit Writer(std::uint16_t type) {
        // Reserve everything first: growing would leave copies of secrets in memory that nobody wipes.
        bytes_.reserve(longest_message);
        number(type);
    }
    ~Writer() { wipe(bytes_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    template <class Unsigned>
    void number(Unsigned value) {
        char raw[sizeof value];
        for (std::size_t i = 0; i < sizeof value; ++i) raw[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
        append({raw, sizeof raw});
    }
    /// `longest` is checked by the sender, too: sending a message that the peer refuses is a bug.
    void text(std::string_view value, std::size_t longest);
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    void append(std::string_view raw);
    std::string bytes_;
};

/// Reads fields from a message. After the first bad field all further ones are bad, so a parser checks done() once, at
/// the end.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    template <class Unsigned>
    Unsigned number() {
        Unsigned value = 0;
        const std::string_view raw = take(sizeof value);
        for (std::size_t i = 0; i < raw.size(); ++i) {
            value =
                static_cast<Unsigned>(value | static_cast<Unsigned>(static_cast<Unsigned>(static_cast<unsigned char>(raw[i])) << (8 * i)));
        }
        return value;
    }
    std::string_view text(std::size_t longest);
    void refuse() { good_ = false; }
    /// Whether all fields were present and in range, and no bytes are left.
    [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

private:
    std::string_view take(std::size_t count);
    std::string_view rest_;
    bool good_ = true;
};

/// A received datagram, wiped by its destructor, with its descriptor, if any.
struct Datagram {
    Secret bytes;
    Fd attached;
    [[nodiscard]] std::uint16_t type() const { return Reader(bytes.reveal()).number<std::uint16_t>(); }
};

/// Sends one message; `attach` passes a descriptor (SCM_RIGHTS). EPIPE if the peer has closed the connection.
[[nodiscard]] Result<void> send(int socket, const Writer& message, int attach = -1);
/// Whether a message may bring a descriptor. The receiver closes what it gets, and closing can take as long as the
/// sender of the descriptor chose (SO_LINGER, socket(7)): only the launcher may send one.
enum class Descriptors { refused, one };
/// Waits for one message. `no value` when the peer closed the connection in order; an error after `deadline`
/// (ETIMEDOUT), for a cut message, for a descriptor too many, or a failing socket.
[[nodiscard]] Result<std::optional<Datagram>> receive(int socket, std::chrono::milliseconds deadline,
                                                      Descriptors descriptors = Descriptors::refused);
/// When the program ends: from now on each receive() of this process fails at once (ECANCELED).
void stop_waiting();
/// Connects to a SOCK_SEQPACKET socket in the file system. Neither this nor a later send waits longer than `patience`
/// for the peer (EAGAIN). A peer that attaches a descriptor where it is refused gets EPERM (Linux 6.16).
[[nodiscard]] Result<Fd> connect(const std::string& path, Descriptors descriptors = Descriptors::refused,
                                 std::chrono::seconds patience = longest_send);

}  // namespace boardgate::wire
