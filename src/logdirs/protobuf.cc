// SPDX-License-Identifier: MIT
#include "src/logdirs/protobuf.h"

namespace boardgate::logdirs {

bool Fields::take_varint(std::uint64_t& value) {
    constexpr std::size_t longest = 10;
    value = 0;
    for (std::size_t i = 0; i < longest && i < rest_.size(); ++i) {
        const auto byte = static_cast<unsigned char>(rest_[i]);
        value |= std::uint64_t{byte & 0x7FU} << (7 * i);
        if ((byte & 0x80U) != 0) continue;
        rest_.remove_prefix(i + 1);
        return true;
    }
    return false;
}

bool Fields::take_fixed(std::size_t size) {
    if (rest_.size() < size) return false;
    value_ = 0;
    for (std::size_t i = 0; i < size; ++i) value_ |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
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

bool Fields::next() {
    std::uint64_t key = 0;
    if (!take_varint(key) || key >> 32 != 0) return false;
    number_ = static_cast<std::uint32_t>(key >> 3);
    kind_ = static_cast<Kind>(key & 7U);
    switch (kind_) {
        case Kind::varint:
            return take_varint(value_);
        case Kind::fixed64:
            return take_fixed(8);
        case Kind::bytes:
            return take_bytes();
        case Kind::fixed32:
            return take_fixed(4);
    }
    return false;  // groups, which event files never have
}

}  // namespace boardgate::logdirs
