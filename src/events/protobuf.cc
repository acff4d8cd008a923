// SPDX-License-Identifier: MIT
#include "src/events/protobuf.h"

namespace boardgate::events {

/// The tenth byte may hold the 64th bit only.
static constexpr unsigned char most_in_tenth = 1;

bool take_long_varint(std::string_view& bytes, std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < longest_varint && i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (i == longest_varint - 1 && byte > most_in_tenth) return false;
        value |= std::uint64_t{byte & 0x7FU} << (7 * i);
        if ((byte & 0x80U) != 0) continue;
        bytes.remove_prefix(i + 1);
        return true;
    }
    return false;
}

void append_varint(std::string& to, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) to += static_cast<char>((value & 0x7FU) | 0x80U);
    to += static_cast<char>(value);
}

void append_bytes(std::string& to, std::uint32_t field, std::string_view bytes) {
    append_key(to, field, Fields::Kind::bytes);
    append_varint(to, bytes.size());
    to += bytes;
}

void append_fixed(std::string& to, std::uint64_t bits, std::size_t size) { to.append(reinterpret_cast<const char*>(&bits), size); }

bool Fields::pass_group(std::uint32_t number, int depth_left) {
    if (depth_left <= 0) return false;
    while (take_key()) {
        if (kind_ == Kind::group_end) {
            const bool same = number_ == number;
            kind_ = Kind::group;
            return same;
        }
        if (kind_ == Kind::group ? !pass_group(number_, depth_left - 1) : depth_left <= 1 || !take_value()) return false;
    }
    return false;
}

}  // namespace boardgate::events
