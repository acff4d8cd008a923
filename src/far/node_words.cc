// SPDX-License-Identifier: MIT
#include "src/far/node_words.h"

#include <algorithm>
#include <charconv>

#include "src/base/names.h"

namespace boardgate::far {

namespace {

constexpr std::size_t longest_text = 1024;
/// boardgate-board asks for as much at a time, and again.
constexpr std::chrono::seconds most_time{60};
constexpr std::string_view ours = "[slurm_";

}  // namespace

std::string text_of_node(std::string_view text) {
    std::string out = printable(text.substr(0, longest_text));
    // A text that was cut within a character.
    while (!out.empty() && !is_utf8(out)) out.pop_back();
    for (std::size_t at = 0; (at = out.find(ours, at)) != std::string::npos;) out[at] = '(';
    return out;
}

Notified notified_in(std::string_view lines) {
    Notified notified;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        const std::size_t equals = std::min(line.find('='), line.size());
        const std::string_view name = line.substr(0, equals);
        const std::string_view value = line.substr(std::min(equals + 1, line.size()));
        if (name == "READY") notified.ready |= value == "1";
        if (name == "STOPPING") notified.stopping |= value == "1";
        if (name == "STATUS") notified.status = text_of_node(value);
        std::uint64_t microseconds = 0;
        if (name == "EXTEND_TIMEOUT_USEC" && std::from_chars(value.data(), value.data() + value.size(), microseconds).ec == std::errc())
            notified.more_time = std::min<std::chrono::seconds>(most_time, std::chrono::seconds(microseconds / 1'000'000));
    }
    return notified;
}

}  // namespace boardgate::far
