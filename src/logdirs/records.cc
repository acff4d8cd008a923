// SPDX-License-Identifier: MIT
#include "src/logdirs/records.h"

#include "src/logdirs/crc32c.h"

namespace boardgate::logdirs {

namespace {

constexpr std::size_t length_size = 8;
constexpr std::size_t crc_size = 4;
constexpr std::size_t header_size = length_size + crc_size;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    return number;
}

/// Whether the CRC behind the first `size` bytes is correct.
bool is_checked(std::string_view bytes, std::size_t size) {
    return masked(crc32c(bytes.substr(0, size))) == number_at(bytes, size, crc_size);
}

}  // namespace

bool Records::find_first() {
    while (rest_.size() >= header_size) {
        if (is_checked(rest_, length_size)) return in_step_ = true;
        rest_.remove_prefix(1);
    }
    return false;
}

std::optional<std::string_view> Records::next() {
    if (!in_step_ && !find_first()) return std::nullopt;
    while (rest_.size() >= header_size + crc_size && is_checked(rest_, length_size)) {
        const std::uint64_t length = number_at(rest_, 0, length_size);
        if (length > rest_.size() - header_size - crc_size) break;
        const std::string_view record = rest_.substr(header_size, length + crc_size);
        rest_.remove_prefix(header_size + length + crc_size);
        if (is_checked(record, length)) return record.substr(0, length);
    }
    rest_ = {};
    return std::nullopt;
}

}  // namespace boardgate::logdirs
