// SPDX-License-Identifier: MIT
// Input and output on a terminal. Results go to standard output, all else to standard error, so that scripts can read
// the results.
#pragma once

#include <string>
#include <vector>

namespace boardgate::cli {

/// A line on standard error.
void say(const std::string& text);
/// A line on standard output.
void print(const std::string& text);
/// Asks on the terminal, without echo where `echo` is false; empty at end of input.
[[nodiscard]] std::string ask_person(const std::string& prompt, bool echo);
/// Whether standard error is a terminal, so that show_progress() works.
[[nodiscard]] bool on_terminal();
/// A line that the next one replaces; an empty one clears it.
void show_progress(const std::string& text);
/// The same as bytes. The text is cut below the width: only the last line of a wrapped text could be cleared.
[[nodiscard]] std::string progress(const std::string& text, std::size_t width);

enum class Colour { none, red, green, yellow };
/// The text in a colour, if standard output is a terminal and NO_COLOR is unset (no-color.org).
[[nodiscard]] std::string coloured(const std::string& text, Colour colour);

/// A line of a log, with its program's own colours under the conditions of coloured(), otherwise without.
[[nodiscard]] std::string log_line(const std::string& text);

/// A column of a table. The last column and those with `cut` share the width that the others leave.
struct Column {
    bool cut = false;
    Colour (*colour)(const std::string& cell) = nullptr;
};
/// Columns as wide as their widest value; the first row is the header. `columns` may be shorter than the rows.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t width,
                                const std::vector<Column>& columns = {});
/// The same to standard output, as wide as the terminal.
void print_table(const std::vector<std::vector<std::string>>& rows, const std::vector<Column>& columns = {});
/// The terminal's width; without a terminal a large number, so that scripts get everything.
[[nodiscard]] std::size_t terminal_width(int output);

/// Replaces control characters by `?`: a log or another person's title must not control the terminal.
[[nodiscard]] std::string plain(const std::string& text);

}  // namespace boardgate::cli
