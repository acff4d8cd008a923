// SPDX-License-Identifier: MIT
#include "src/cli/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>

#include "src/base/control_sequences.h"
#include "src/base/names.h"

namespace boardgate::cli {

namespace {

/// Turns echo off during its lifetime.
class NoEcho {
public:
    NoEcho() {
        if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~NoEcho() {
        if (!changed_) return;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::fputc('\n', stderr);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

/// The number of UTF-8 characters: of bytes that are not continuation bytes.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string cut(const std::string& text, std::size_t width) {
    if (width_of(text) <= width) return text;
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at) {
        if ((text[at] & 0xC0) != 0x80 && ++seen > (width > 0 ? width - 1 : 0)) break;
    }
    return text.substr(0, at) + "…";
}

}  // namespace

void say(const std::string& text) { std::cerr << plain(text) << "\n"; }
/// Flushes, so that a reader of a pipe gets each line immediately.
void print(const std::string& text) { std::cout << text << "\n" << std::flush; }

std::string ask_person(const std::string& prompt, bool echo) {
    // Before the prompt: turning echo off also drops input that was typed, and shown, earlier.
    std::optional<NoEcho> silent;
    if (!echo) silent.emplace();
    std::cerr << plain(prompt) << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line;
}

bool on_terminal() { return isatty(STDERR_FILENO) == 1; }

std::size_t terminal_width(int output) {
    winsize size{};
    if (isatty(output) == 1 && ioctl(output, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 10'000;
}

std::string progress(const std::string& text, std::size_t width) { return "\r\033[K" + cut(plain(text), width - 1); }

void show_progress(const std::string& text) {
    if (on_terminal()) std::cerr << progress(text, terminal_width(STDERR_FILENO)) << std::flush;
}

std::string plain(const std::string& text) { return printable(text, "\t"); }

namespace {
constexpr const char* no_colours = "\033[0m";

bool colours_wanted() {
    static const bool wanted = [] {
        const char* no_colour = secure_getenv("NO_COLOR");
        const char* terminal = secure_getenv("TERM");
        return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
               (terminal == nullptr || std::string_view(terminal) != "dumb");
    }();
    return wanted;
}
}  // namespace

std::string coloured(const std::string& text, Colour colour) {
    static constexpr const char* begins[] = {"", "\033[31m", "\033[32m", "\033[33m"};
    return colours_wanted() && colour != Colour::none ? begins[static_cast<std::size_t>(colour)] + text + no_colours : text;
}

std::string log_line(const std::string& text) {
    if (!colours_wanted()) return plain(without_colours(text));
    std::string out;
    bool any = false;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t colour = colour_sequence(rest);
        any |= colour > 0;
        const std::size_t next = colour > 0 ? colour : std::min(rest.find('\033', 1), rest.size());
        out += colour > 0 ? std::string(rest.substr(0, next)) : plain(std::string(rest.substr(0, next)));
        rest.remove_prefix(next);
    }
    return any ? out + no_colours : out;
}

namespace {

constexpr std::size_t gap = 2;

/// The width of each column on a terminal.
std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& rows, std::size_t width,
                                   const std::vector<Column>& columns) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    const std::size_t last = widths.size() - 1;
    std::size_t left = width - std::min(width, last * gap);
    std::vector<std::size_t> shared;
    for (std::size_t i = 0; i <= last; ++i) {
        if (i == last || (i < columns.size() && columns[i].cut)) {
            shared.push_back(i);
        } else {
            left -= std::min(left, widths[i]);
        }
    }
    // Narrow columns first: wide ones share what they leave.
    std::sort(shared.begin(), shared.end(), [&](std::size_t one, std::size_t other) { return widths[one] < widths[other]; });
    for (std::size_t i = 0; i < shared.size(); ++i) {
        std::size_t& its = widths[shared[i]];
        its = std::min(its, left / (shared.size() - i));
        left -= its;
    }
    return widths;
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t width, const std::vector<Column>& columns) {
    const std::vector<std::size_t> widths = widths_of(rows, width, columns);
    std::string out;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string cell = cut(row[i], widths[i]);
            const bool plain_cell = &row == &rows.front() || i >= columns.size() || columns[i].colour == nullptr;
            out += plain_cell ? cell : coloured(cell, columns[i].colour(row[i]));
            if (i + 1 < row.size()) out += std::string(widths[i] - width_of(cell) + gap, ' ');
        }
        out += "\n";
    }
    return out;
}

void print_table(const std::vector<std::vector<std::string>>& rows, const std::vector<Column>& columns) {
    std::string text = table(rows, terminal_width(STDOUT_FILENO), columns);
    text.pop_back();
    print(text);
}

}  // namespace boardgate::cli
