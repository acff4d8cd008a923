// SPDX-License-Identifier: MIT
#include "src/wire/fields.h"

#include <stdexcept>

namespace boardgate::wire::detail {

void Put::count(std::size_t items, std::size_t most) {
    if (items > most) throw std::length_error("a list in a message is too long");
    out_.number(static_cast<std::uint8_t>(items));
}

std::size_t Get::count(std::size_t most) {
    const std::size_t items = in_.number<std::uint8_t>();
    if (items > most) {
        in_.refuse();
        return 0;
    }
    return items;
}

}  // namespace boardgate::wire::detail
