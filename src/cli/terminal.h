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
/// The same as bytes. It never fills the line: of one that goes on in the next only that would be cleared.
[[nodiscard]] std::string progress(const std::string& text, std::size_t width);

enum class Colour { none, red, green, yellow };
/// The text in a colour, where standard output is a terminal and nobody minds (no-color.org).
[[nodiscard]] std::string coloured(const std::string& text, Colour colour);

/// A line of a log: in the colours that its program gave it where coloured() colours, otherwise without.
[[nodiscard]] std::string log_line(const std::string& text);

/// A column of a table: the last one, and one that is `cut`, share what the others leave of a terminal.
struct Column {
    bool cut = false;
    Colour (*colour)(const std::string& cell) = nullptr;
};
/// Columns by their widest value; the first row is the head. `columns` may leave out those that are nothing special.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t width,
                                const std::vector<Column>& columns = {});
/// The same to standard output, as wide as the terminal.
void print_table(const std::vector<std::vector<std::string>>& rows, const std::vector<Column>& columns = {});
/// Columns of the terminal; a large number where there is none, so that scripts get everything.
[[nodiscard]] std::size_t terminal_width(int output);

/// Control characters as `?`: what a board's log or another person's title holds must not steer the terminal.
[[nodiscard]] std::string plain(const std::string& text);

}  // namespace boardgate::cli
