// SPDX-License-Identifier: MIT
#include "src/cli/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>

namespace boardgate::cli {

namespace {

/// Echo off for as long as it lives.
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

/// Characters, as far as UTF-8 tells: every byte that does not continue one.
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
/// At once: who reads a log through a pipe must not wait for the lines after it.
void print(const std::string& text) { std::cout << text << "\n" << std::flush; }

std::string ask_person(const std::string& prompt, bool echo) {
    // Before the prompt: going silent drops what was typed until then, and it would be shown.
    std::optional<NoEcho> silent;
    if (!echo) silent.emplace();
    std::cerr << plain(prompt) << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line;
}

bool on_terminal() { return isatty(STDERR_FILENO) == 1; }

void show_progress(const std::string& text) {
    if (on_terminal()) std::cerr << "\r\033[K" << plain(text) << std::flush;
}

std::size_t terminal_width() {
    winsize size{};
    if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 10'000;
}

std::string plain(const std::string& text) {
    std::string out = text;
    for (char& c : out) {
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = '?';
    }
    return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t width) {
    std::vector<std::size_t> widest;
    for (const auto& row : rows) {
        widest.resize(std::max(widest.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widest[i] = std::max(widest[i], width_of(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        std::size_t used = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i + 1 == row.size()) {
                out += cut(row[i], width > used ? width - used : 0);
            } else {
                out += row[i] + std::string(widest[i] - width_of(row[i]) + 2, ' ');
                used += widest[i] + 2;
            }
        }
        out += "\n";
    }
    return out;
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
    std::string text = table(rows, terminal_width());
    text.pop_back();
    print(text);
}

}  // namespace boardgate::cli
