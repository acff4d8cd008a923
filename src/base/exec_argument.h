// SPDX-License-Identifier: MIT
// Any text as a word of a transient unit's command line. systemd expands `$` in such words, and when it writes
// the unit down and reads it again (daemon-reload) it puts a backslash before each `$` and `;` that it does not
// take away (systemd 252, tried; words of ExecStartEx= it does not read again at all). So none of these is in a
// word: `$`, `;` and the backslash itself become \x24, \x3b and \x5c.
#pragma once

#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate {

[[nodiscard]] std::string escape_exec_argument(std::string_view text);
/// An error for a word that escape_exec_argument() does not make.
[[nodiscard]] Result<std::string> unescape_exec_argument(std::string_view word);

}  // namespace boardgate
