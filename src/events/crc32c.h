// SPDX-License-Identifier: MIT
// The checksum of TFRecord files: CRC-32C (RFC 3720, appendix B.4). It is masked, because a plain CRC of data that contains
// CRCs is weak.
#pragma once

#include <cstdint>
#include <string_view>

namespace boardgate::events {

/// Uses the processor's instruction if it has one.
[[nodiscard]] std::uint32_t crc32c(std::string_view data);
/// The same for every processor; five times slower.
[[nodiscard]] std::uint32_t crc32c_by_tables(std::string_view data);

[[nodiscard]] inline std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U; }

}  // namespace boardgate::events
