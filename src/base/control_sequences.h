// SPDX-License-Identifier: MIT
// Control sequences in a program's output (ECMA-48, and xterm's OSC): those that choose colours change nothing but how
// what follows looks; all others would move, clear, or name things on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace boardgate {

/// Length of the SELECT GRAPHIC RENDITION (8.3.117: ESC [ numbers m) that the text begins with; 0 when it begins with
/// none, or with one of unusual length.
[[nodiscard]] std::size_t colour_sequence(std::string_view text);
/// Length of the control sequence or operating system command, colours included, that the text begins with; 0 when it
/// begins with none that is whole.
[[nodiscard]] std::size_t control_sequence(std::string_view text);
/// The text without colours.
[[nodiscard]] std::string without_colours(std::string_view text);

}  // namespace boardgate
