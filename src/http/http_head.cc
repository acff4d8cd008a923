// SPDX-License-Identifier: MIT
#include "src/http/http_head.h"

#include <strings.h>

#include <algorithm>
#include <optional>

namespace boardgate::http {

namespace {

using Verdict = HttpHead::Verdict;

/// nginx takes answers of 16 KiB (proxy_buffer_size), and sends at most four lines of 16 KiB and its own.
constexpr std::size_t longest_head = 96 * 1024;

bool is(std::string_view name, std::string_view other) {
    return name.size() == other.size() && strncasecmp(name.data(), other.data(), name.size()) == 0;
}

constexpr std::string_view answer_headers[] = {
#define ANSWER_HEADER(name) name,
#define UPGRADE_HEADER(name)
#include "src/http/answer_headers.inc"
#undef ANSWER_HEADER
#undef UPGRADE_HEADER
};
constexpr std::string_view upgrade_headers[] = {
#define ANSWER_HEADER(name)
#define UPGRADE_HEADER(name) name,
#include "src/http/answer_headers.inc"
#undef ANSWER_HEADER
#undef UPGRADE_HEADER
};

bool may_pass(std::string_view name, bool upgrade) {
    const auto same = [name](std::string_view known) { return is(name, known); };
    return upgrade ? std::ranges::any_of(upgrade_headers, same) : std::ranges::any_of(answer_headers, same);
}

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

/// Parts of such an answer have headers of their own, which nobody checks: some versions of Firefox obey Set-Cookie there.
/// Browsers take the last type of a list.
bool has_headers_in_parts(std::string_view name, std::string_view value) {
    constexpr std::string_view type = "multipart/";
    const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == b; };
    return is(name, "Content-Type") && std::search(value.begin(), value.end(), type.begin(), type.end(), same) != value.end();
}

/// A board's own policies only tighten ours. Reports of violations would go where it wants, past what ours lets its pages connect
/// to: to other hosts, and to the portal in the name of the person who looks.
std::string without_reports(std::string_view policies) {
    std::string out;
    while (!policies.empty()) {
        const std::size_t end = std::min(policies.find_first_of(",;"), policies.size());
        const std::string_view directive = policies.substr(0, end);
        // Browsers take form feeds for spaces, too; has_control() has refused them.
        const std::size_t begin = std::min(directive.find_first_not_of(" \t"), directive.size());
        const std::string_view name = directive.substr(begin, directive.find_first_of(" \t", begin) - begin);
        if (!is(name, "report-uri") && !is(name, "report-to")) out += directive;
        out += policies.substr(end, 1);
        policies.remove_prefix(std::min(end + 1, policies.size()));
    }
    return out;
}

/// Takes the next line off, without its end.
std::string_view take_line(std::string_view& head) {
    const std::size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::optional<int> status_in(std::string_view line) {
    constexpr std::size_t version = 9;  // "HTTP/1.1 "
    if (!(line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) || line.size() < version + 3 || has_control(line))
        return std::nullopt;
    int status = 0;
    for (const char digit : line.substr(version, 3)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        status = 10 * status + (digit - '0');
    }
    if (line.size() > version + 3 && line[version + 3] != ' ') return std::nullopt;
    return status;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Behind the empty line; 0 if there is none yet.
std::size_t end_of_head(std::string_view bytes) {
    for (std::size_t line = 0; line < bytes.size();) {
        const std::size_t end = bytes.find('\n', line);
        if (end == std::string_view::npos) return 0;
        if (end == line || (end == line + 1 && bytes[line] == '\r')) return end + 1;
        line = end + 1;
    }
    return 0;
}

}  // namespace

HttpHead::Verdict HttpHead::take(std::string_view bytes, std::string& out) {
    held_ += bytes;
    for (;;) {
        const std::size_t end = end_of_head(held_);
        if (end == 0) return held_.size() > longest_head ? Verdict::refused : Verdict::incomplete;
        const Verdict verdict = judge(std::string_view(held_).substr(0, end), out);
        held_.erase(0, end);
        if (verdict == Verdict::incomplete) continue;
        if (verdict == Verdict::passed) {
            out += held_;
            held_ = {};
            passed_ = true;
        }
        return verdict;
    }
}

HttpHead::Verdict RequestHead::judge(std::string_view head, std::string& out) {
    out += head;
    (void)take_line(head);
    while (!head.empty()) {
        const std::string_view line = take_line(head);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        if (is(line.substr(0, colon), "Upgrade") && is(trimmed(line.substr(colon + 1)), "websocket")) websocket_ = true;
    }
    return Verdict::passed;
}

HttpHead::Verdict AnswerHead::judge(std::string_view head, std::string& out) {
    const std::string_view first = take_line(head);
    const auto status = status_in(first);
    if (!status) return Verdict::refused;
    const bool upgrade = *status == 101;
    if (upgrade && !request_.asks_for_websocket()) return Verdict::refused;
    if (*status < 200 && !upgrade) return Verdict::incomplete;
    std::string passed(first);
    passed += "\r\n";
    for (;;) {
        const std::string_view line = take_line(head);
        if (line.empty()) break;
        const std::size_t colon = line.find(':');
        // A line that begins with a space would continue the one before.
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) || has_control(line)) return Verdict::refused;
        if (has_headers_in_parts(line.substr(0, colon), line.substr(colon + 1))) continue;
        if (!may_pass(line.substr(0, colon), upgrade)) continue;
        const bool policy = is(line.substr(0, colon), "Content-Security-Policy");
        passed.append(line.substr(0, colon + 1)).append(policy ? without_reports(line.substr(colon + 1)) : line.substr(colon + 1)) +=
            "\r\n";
    }
    out += passed + "\r\n";
    return Verdict::passed;
}

}  // namespace boardgate::http
