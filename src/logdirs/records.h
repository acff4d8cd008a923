// SPDX-License-Identifier: MIT
// The records of an event file (TFRecord): 64-bit length, its masked CRC, the data, its masked CRC; little-endian.
// Works on a part of the file in memory and allocates nothing, whatever the file contains.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace boardgate::logdirs {

class Records {
public:
    enum class Begins { at_record, anywhere };

    /// `anywhere`: searches for the first record; a false match of a length and its CRC occurs once in 2^32 bytes.
    Records(std::string_view part, Begins begins) : rest_(part), in_step_(begins == Begins::at_record) {}

    /// The data of the next record with correct checksums. Nullopt at the end, at an incomplete record (which may still
    /// be written), and at a damaged length, where TensorBoard stops, too.
    [[nodiscard]] std::optional<std::string_view> next();

private:
    [[nodiscard]] bool find_first();
    std::string_view rest_;
    bool in_step_;
};

}  // namespace boardgate::logdirs
