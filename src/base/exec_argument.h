// SPDX-License-Identifier: MIT
// Escapes any text as a word of a transient unit's command line. systemd expands `$` in such words, and a daemon-reload
// leaves a backslash before each `$` and `;` (tested with systemd 252, which cannot reload words of ExecStartEx= at all).
// So `$`, `;` and the backslash become \x24, \x3b and \x5c.
#pragma once

#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate {

[[nodiscard]] std::string escape_exec_argument(std::string_view text);
/// An error for a word that escape_exec_argument() cannot have written.
[[nodiscard]] Result<std::string> unescape_exec_argument(std::string_view word);

}  // namespace boardgate
