// SPDX-License-Identifier: MIT
#include "src/base/words.h"

#include <fcntl.h>
#include <unistd.h>

namespace boardgate {

Result<std::vector<std::string>> words_in(std::string_view bytes) {
    std::vector<std::string> words;
    for (std::size_t end = 0; (end = bytes.find('\0')) != std::string_view::npos; bytes.remove_prefix(end + 1))
        words.emplace_back(bytes.substr(0, end));
    if (words.empty()) return failure("standard input has no options", {}, "do not start this program by hand: a board's unit starts it");
    return words;
}

std::string bytes_of(const std::vector<std::string>& words) {
    std::string bytes;
    for (const std::string& word : words) bytes.append(word).push_back('\0');
    return bytes;
}

Result<std::vector<std::string>> read_words(int file, std::size_t most) {
    std::string bytes;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(file, buffer, sizeof buffer)) > 0;) {
        bytes.append(buffer, static_cast<std::size_t>(got));
        if (bytes.size() > most) return failure("the options of the board are too long");
    }
    return words_in(bytes);
}

Fd take_input() {
    Fd input(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    const Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    dup2(nothing.get(), STDIN_FILENO);
    return input;
}

}  // namespace boardgate
