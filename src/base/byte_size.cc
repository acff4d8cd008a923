// SPDX-License-Identifier: MIT
#include "src/base/byte_size.h"

#include <cmath>
#include <iterator>

namespace boardgate {

std::string byte_size(std::uint64_t bytes) {
    static constexpr const char* units[] = {" B", " kB", " MB", " GB", " TB", " PB"};
    auto amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (amount >= 999.5 && unit + 1 < std::size(units)) {
        amount /= 1000;
        ++unit;
    }
    const auto tenths = static_cast<std::int64_t>(std::lround(amount * 10));
    const bool short_of_ten = unit > 0 && tenths < 100;
    const std::string whole = std::to_string(short_of_ten ? tenths / 10 : std::lround(amount));
    return whole + (short_of_ten ? "." + std::to_string(tenths % 10) : "") + units[unit];
}

}  // namespace boardgate
