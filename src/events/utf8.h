// SPDX-License-Identifier: MIT
// UTF-8 as Rust's standard library reads it (Unicode 15, 3.9, table 3-7; U+0000 is a character like any other).
#pragma once

#include <string>
#include <string_view>

namespace boardgate::events {

/// Is the text well-formed? A `string` of protocol buffers must be.
[[nodiscard]] bool is_unicode(std::string_view text);

/// Each maximal part of an ill-formed sequence becomes one U+FFFD (Unicode 15, 3.9, "substitution of maximal subparts").
[[nodiscard]] std::string as_unicode(std::string_view bytes);

}  // namespace boardgate::events
