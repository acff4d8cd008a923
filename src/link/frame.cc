// SPDX-License-Identifier: MIT
#include "src/link/frame.h"

namespace boardgate::link {

namespace {

struct Row {
    FrameType type;
    bool from_head;
    bool from_node;
    bool of_stream;
    std::size_t least;
    std::size_t most;
};

constexpr bool head = true;
constexpr bool node = false;
constexpr struct Both {
} both;
constexpr bool head_sends(bool only) { return only; }
constexpr bool head_sends(Both) { return true; }
constexpr bool node_sends(bool only) { return !only; }
constexpr bool node_sends(Both) { return true; }

constexpr Row rows[] = {
#define FRAME(name, number, sender, of_stream, least, most, meaning) \
    {FrameType::name, head_sends(sender), node_sends(sender), of_stream, least, most},
#include "src/link/frames.inc"
#undef FRAME
};

const Row* row_of(std::uint8_t type) {
    for (const Row& row : rows) {
        if (static_cast<std::uint8_t>(row.type) == type) return &row;
    }
    return nullptr;
}

}  // namespace

std::size_t longest_of(FrameType type) {
    const Row* row = row_of(static_cast<std::uint8_t>(type));
    return row == nullptr ? 0 : row->most;
}

void append_frame(std::string& out, const Frame& frame) {
    out += static_cast<char>(frame.type);
    out.append(3, '\0');
    append_number(out, frame.stream);
    append_number(out, static_cast<std::uint32_t>(frame.body.size()));
    out += frame.body;
}

Result<std::optional<Frame>> FrameReader::next() {
    held_.erase(0, taken_);
    taken_ = 0;
    if (held_.size() < header_size) return std::nullopt;
    const std::string_view bytes = held_;
    const Row* row = row_of(static_cast<std::uint8_t>(bytes[0]));
    const bool may_send = row != nullptr && (sender_ == Side::head ? row->from_head : row->from_node);
    if (!may_send || bytes.substr(1, 3) != std::string_view("\0\0\0", 3)) return failure("the link has a frame of an unknown type");
    const auto stream = number_in<std::uint32_t>(bytes.substr(4));
    if ((stream != 0) != row->of_stream) return failure("the link has a frame of the wrong stream");
    const auto length = number_in<std::uint32_t>(bytes.substr(8));
    if (length < row->least || length > row->most) return failure("the link has a frame of the wrong length");
    if (bytes.size() < header_size + length) return std::nullopt;
    taken_ = header_size + length;
    return Frame{row->type, stream, bytes.substr(header_size, length)};
}

}  // namespace boardgate::link
