// SPDX-License-Identifier: MIT
#include "src/events/protobuf.h"

#include <bit>
#include <cstring>

namespace boardgate::events {

namespace {

constexpr std::size_t longest_varint = 10;
/// The tenth byte holds the 64th bit only.
constexpr unsigned char most_in_tenth = 1;

static_assert(std::endian::native == std::endian::little, "numbers are copied out of messages as they are");

}  // namespace

bool take_varint(std::string_view& bytes, std::uint64_t& value) {
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

std::uint64_t fixed_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + at, size);
    return number;
}

bool Fields::take_varint(std::uint64_t& value) {
    if (loader_ != nullptr) loader_->need(rest_.substr(0, longest_varint));
    return events::take_varint(rest_, value);
}

bool Fields::take_fixed(std::size_t size) {
    if (rest_.size() < size) return false;
    if (loader_ != nullptr) loader_->need(rest_.substr(0, size));
    value_ = fixed_at(rest_, 0, size);
    rest_.remove_prefix(size);
    return true;
}

bool Fields::take_bytes() {
    std::uint64_t size = 0;
    if (!take_varint(size) || size > rest_.size()) return false;
    bytes_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
}

bool Fields::take_key() {
    std::uint64_t key = 0;
    if (!take_varint(key) || key >> 32 != 0) return false;
    number_ = static_cast<std::uint32_t>(key >> 3);
    kind_ = static_cast<Kind>(key & 7U);
    return number_ > 0;
}

bool Fields::take_value() {
    switch (kind_) {
        case Kind::varint:
            return take_varint(value_);
        case Kind::fixed64:
            return take_fixed(8);
        case Kind::bytes:
            return take_bytes();
        case Kind::fixed32:
            return take_fixed(4);
        case Kind::group:
            return pass_group(number_, depth_left_);
        case Kind::group_end:
            break;
    }
    return false;
}

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

bool Fields::next() {
    if (rest_.empty() || failed_) return false;
    failed_ = !take_key() || !take_value();
    return !failed_;
}

}  // namespace boardgate::events
