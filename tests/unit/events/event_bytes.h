// SPDX-License-Identifier: MIT
// Event files as bytes: recorded ones of TensorBoard's own writer, and generated ones.
#pragma once

#include <bit>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "src/events/crc32c.h"

namespace boardgate::events {

/// A file of tests/unit/events/recorded. `training` is by TensorBoard's own writer: 25 steps of three scalars, with
/// histograms and a picture. `tensors` has 20 steps of scalars as TensorFlow 2 writes them, one of them as double, and
/// tensors that are none.
inline std::string recorded(const std::string& name) {
    std::ostringstream bytes;
    bytes << std::ifstream(std::filesystem::path(__FILE__).parent_path() / "recorded" / (name + ".tfevents"), std::ios::binary).rdbuf();
    return bytes.str();
}

inline std::string little_endian(std::uint64_t number, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xFFU);
    return bytes;
}

inline std::string record_of(const std::string& data) {
    const std::string length = little_endian(data.size(), 8);
    return length + little_endian(masked(crc32c(length)), 4) + data + little_endian(masked(crc32c(data)), 4);
}

inline std::string varint(std::uint64_t number) {
    std::string bytes;
    for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7FU) | 0x80U);
    return bytes + static_cast<char>(number);
}
inline std::string field(std::uint32_t number, std::uint64_t value) { return varint(number << 3) + varint(value); }
inline std::string field(std::uint32_t number, const std::string& bytes) {
    return varint((number << 3) | 2) + varint(bytes.size()) + bytes;
}
inline std::string double_field(std::uint32_t number, double value) {
    return varint((number << 3) | 1) + little_endian(std::bit_cast<std::uint64_t>(value), 8);
}
inline std::string float_field(std::uint32_t number, float value) {
    return varint((number << 3) | 5) + little_endian(std::bit_cast<std::uint32_t>(value), 4);
}

/// An event with one simple value.
inline std::string scalar_event(std::int64_t step, const std::string& tag, float value) {
    return field(2, static_cast<std::uint64_t>(step)) + field(5, field(1, field(1, tag) + float_field(2, value)));
}

}  // namespace boardgate::events
