// SPDX-License-Identifier: MIT
// Options of a board that a program reads from its standard input: everybody can read a command line.
#pragma once

#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate {

/// The words in a file, each ended by a NUL; at most `most` bytes.
[[nodiscard]] Result<std::vector<std::string>> read_words(int file, std::size_t most = 256 * 1024);
/// The words in bytes that end with one.
[[nodiscard]] Result<std::vector<std::string>> words_in(std::string_view bytes);
/// As read_words() reads it.
[[nodiscard]] std::string bytes_of(const std::vector<std::string>& words);
/// Standard input, which is /dev/null from then on.
[[nodiscard]] Fd take_input();

}  // namespace boardgate
