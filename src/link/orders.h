// SPDX-License-Identifier: MIT
// What the head tells boardgate-node in the script of its job, as lines of text on standard input: where to connect, with which
// key, and the board's options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"
#include "src/link/tls.h"

namespace boardgate::link {

struct Orders {
    BoardId board;
    std::string address;  ///< of IPv4 or IPv6
    std::uint16_t port;
    Key key;
    std::vector<std::string> words;  ///< options of boardgate-board
};

/// Ends with a line feed. The words have no control characters.
[[nodiscard]] Secret text_of(const Orders& orders);
/// An error for orders of another version, too.
[[nodiscard]] Result<Orders> orders_in(std::string_view text);
/// A fresh key for a run of the board.
[[nodiscard]] Key make_key(const BoardId& board);

}  // namespace boardgate::link
