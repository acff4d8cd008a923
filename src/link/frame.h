// SPDX-License-Identifier: MIT
// The frames of frames.inc as bytes: type (8 bits), three zero bytes, stream (32), length (32), body; in network order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate::link {

/// In HELLO, and in the orders of a job: head and nodes are upgraded separately.
inline constexpr std::uint16_t protocol = 1;

/// The two ends. The head is the server that people visit.
enum class Side { head, node };

enum class FrameType : std::uint8_t {
#define FRAME(name, number, sender, of_stream, least, most, meaning) name = number,
#include "src/link/frames.inc"
#undef FRAME
};

struct Frame {
    FrameType type;
    std::uint32_t stream = 0;  ///< 0 for frames that belong to none
    std::string_view body{};
};

inline constexpr std::size_t header_size = 12;
inline constexpr std::size_t longest_body = 64 * 1024;

/// Appends the frame. The body has the bounds of its row.
void append_frame(std::string& out, const Frame& frame);
/// The most bytes of a body.
[[nodiscard]] std::size_t longest_of(FrameType type);

/// Cuts the bytes of one sender into frames.
class FrameReader {
public:
    explicit FrameReader(Side sender) : sender_(sender) {}

    /// At most a part of a frame is in it before.
    void add(std::string_view bytes) { held_.append(bytes); }
    /// The next complete frame, if any; its body lives until the next call. An error for bytes that no such sender sends.
    [[nodiscard]] Result<std::optional<Frame>> next();

private:
    Side sender_;
    std::string held_;
    std::size_t taken_ = 0;
};

/// Unsigned numbers in network order.
template <class Unsigned>
void append_number(std::string& out, Unsigned value) {
    for (std::size_t i = sizeof value; i > 0; --i) out += static_cast<char>((value >> (8 * (i - 1))) & 0xFFU);
}
template <class Unsigned>
[[nodiscard]] Unsigned number_in(std::string_view bytes) {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value = static_cast<Unsigned>(static_cast<Unsigned>(value << 8U) | static_cast<unsigned char>(bytes[i]));
    return value;
}

}  // namespace boardgate::link
