// SPDX-License-Identifier: MIT
// The fields of one protocol buffer message, one after the other (protobuf.dev, "Encoding"). Views into the
// message; allocates nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace boardgate::logdirs {

class Fields {
public:
    enum class Kind : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

    explicit Fields(std::string_view message) : rest_(message) {}

    /// Moves to the next field; false at the end and at a malformed field.
    [[nodiscard]] bool next();
    [[nodiscard]] bool is(std::uint32_t number, Kind kind) const { return number == number_ && kind == kind_; }
    /// The value of a varint, fixed64 or fixed32.
    [[nodiscard]] std::uint64_t number() const { return value_; }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
    [[nodiscard]] bool take_varint(std::uint64_t& value);
    [[nodiscard]] bool take_fixed(std::size_t size);
    [[nodiscard]] bool take_bytes();

    std::string_view rest_;
    std::uint32_t number_ = 0;
    Kind kind_ = Kind::varint;
    std::uint64_t value_ = 0;
    std::string_view bytes_;
};

}  // namespace boardgate::logdirs
