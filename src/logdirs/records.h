// SPDX-License-Identifier: MIT
// The records of an event file (TFRecord): 64-bit length, its masked CRC, the data, its masked CRC; little-endian.
// Works on a part of the file that was read already and allocates nothing, whatever the file says.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace boardgate::logdirs {

class Records {
public:
    enum class Begins { at_record, anywhere };

    /// `anywhere`: the first record is looked for; a length and its CRC are found by accident once in 2^32 bytes.
    Records(std::string_view part, Begins begins) : rest_(part), in_step_(begins == Begins::at_record) {}

    /// The data of the next record whose checksums are right. None at the end, at a record that is not all there
    /// (the writer may be at it), and at a length that is broken: TensorBoard goes no further there, either.
    [[nodiscard]] std::optional<std::string_view> next();

private:
    [[nodiscard]] bool find_first();
    std::string_view rest_;
    bool in_step_;
};

}  // namespace boardgate::logdirs
