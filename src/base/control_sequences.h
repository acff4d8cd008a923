// SPDX-License-Identifier: MIT
// Control sequences in a program's output (ECMA-48, and xterm's OSC). Those for colours are harmless; all others may move
// the cursor, clear or rename things on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace boardgate {

/// Length of the SELECT GRAPHIC RENDITION (8.3.117: ESC [ numbers m) at the start of the text; 0 if there is none,
/// or one of unusual length.
[[nodiscard]] std::size_t colour_sequence(std::string_view text);
/// Length of the control sequence or operating system command, colours included, at the start of the text; 0 if
/// there is no complete one.
[[nodiscard]] std::size_t control_sequence(std::string_view text);
/// The text without colours.
[[nodiscard]] std::string without_colours(std::string_view text);

}  // namespace boardgate
