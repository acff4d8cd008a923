// SPDX-License-Identifier: MIT
// The checksum of TFRecord files: CRC-32C (RFC 3720, appendix B.4), masked, as a plain CRC of
// data that contains CRCs is weak.
#pragma once

#include <cstdint>
#include <string_view>

namespace boardgate::events {

/// By the processor's instruction where it has one.
[[nodiscard]] std::uint32_t crc32c(std::string_view data);
/// The same on every processor, five times slower.
[[nodiscard]] std::uint32_t crc32c_by_tables(std::string_view data);

[[nodiscard]] inline std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U; }

}  // namespace boardgate::events
