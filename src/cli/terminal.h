// SPDX-License-Identifier: MIT
// What a person sees and types. Results go to standard output, all else to standard error, so that both a person
// and a script get what they came for.
#pragma once

#include <string>
#include <vector>

namespace boardgate::cli {

/// A line for the person.
void say(const std::string& text);
/// A line of the result.
void print(const std::string& text);
/// Asks on the terminal, without echo where `echo` is false; empty at end of input.
[[nodiscard]] std::string ask_person(const std::string& prompt, bool echo);
/// Is standard error a terminal, so that progress may be shown in place?
[[nodiscard]] bool on_terminal();
/// A line that the next one replaces; an empty one clears it.
void show_progress(const std::string& text);

/// Columns by their widest value; the last one is cut to what the terminal holds.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t width);
/// The same to standard output, as wide as the terminal.
void print_table(const std::vector<std::vector<std::string>>& rows);
/// Columns of the terminal; a large number where there is none, so that scripts get everything.
[[nodiscard]] std::size_t terminal_width();

/// Control characters as `?`: what a board's log or another person's title holds must not steer the terminal.
[[nodiscard]] std::string plain(const std::string& text);

}  // namespace boardgate::cli
