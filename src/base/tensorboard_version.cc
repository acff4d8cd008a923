// SPDX-License-Identifier: MIT
#include "src/base/tensorboard_version.h"

#include <charconv>
#include <utility>

namespace boardgate {

bool confines_projector(std::string_view version) {
    constexpr std::pair<int, int> first{2, 21};
    std::pair<int, int> number{0, 0};
    const char* const end = version.data() + version.size();
    const char* const dot = std::from_chars(version.data(), end, number.first).ptr;
    if (dot != end && *dot == '.') std::from_chars(dot + 1, end, number.second);
    return number >= first;
}

}  // namespace boardgate
