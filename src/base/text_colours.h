// SPDX-License-Identifier: MIT
// Colours in a program's output: ECMA-48's SELECT GRAPHIC RENDITION (8.3.117), ESC [ numbers m. Of all control
// sequences they alone change nothing but how what follows looks.
#pragma once

#include <string>
#include <string_view>

namespace boardgate {

/// Length of the sequence that the text begins with; 0 when it begins with none, or with one of unusual length.
[[nodiscard]] std::size_t colour_sequence(std::string_view text);
/// The text without any of them.
[[nodiscard]] std::string without_colours(std::string_view text);

}  // namespace boardgate
