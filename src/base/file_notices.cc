// SPDX-License-Identifier: MIT
#include "src/base/file_notices.h"

#include <algorithm>
#include <charconv>

#include "src/base/names.h"

namespace boardgate {

namespace {

constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";
constexpr std::size_t longest_name = 300;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// One line; of a long path the end, which tells files apart.
std::string shown(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    if (name.size() <= longest_name) return name;
    std::size_t from = name.size() - longest_name;
    while (from < name.size() && is_continuation(name[from])) ++from;
    return std::string(ellipsis) + name.substr(from);
}

bool is_code(std::string_view text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

}  // namespace

void FileNotices::add(const char* code, const std::string& name, const std::string& where) { found_[code].emplace(name, where); }

FileNotices FileNotices::also_in(const FileNotices& earlier) const {
    FileNotices both;
    for (const auto& [code, names] : found_) {
        const auto before = earlier.found_.find(code);
        if (before == earlier.found_.end()) continue;
        for (const auto& [name, where] : names) {
            if (before->second.contains(name)) both.found_[code].emplace(name, where);
        }
    }
    return both;
}

std::vector<FileNotice> FileNotices::list() const {
    std::vector<FileNotice> notices;
    for (const auto& [code, names] : found_) {
        const auto& [name, where] = *names.begin();
        std::string detail = '"' + shown(name) + '"' + where;
        if (names.size() > 1) detail.append(" and ").append(std::to_string(names.size() - 1)).append(" more");
        notices.push_back({code, std::move(detail)});
    }
    return notices;
}

std::string report_text(const std::vector<FileNotice>& notices) {
    std::string text;
    for (const FileNotice& notice : notices) text += notice.code + '\t' + notice.detail + '\n';
    return text;
}

std::vector<FileNotice> read_report(std::string_view text) {
    std::vector<FileNotice> notices;
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
        const std::string_view line = text.substr(0, end);
        const std::size_t tab = std::min(line.find('\t'), line.size());
        if (!is_code(line.substr(0, tab)) || line.size() - tab > longest_detail) continue;
        notices.push_back({std::string(line.substr(0, tab)), std::string(line.substr(std::min(tab + 1, line.size())))});
    }
    return notices;
}

std::string status_word(const FileNotice& notice) {
    if (notice.detail.empty()) return notice.code;
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string word = notice.code + '=';
    for (const char c : notice.detail) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain.find(c) != std::string_view::npos) {
            word += c;
        } else {
            word += {'%', digits[byte >> 4U], digits[byte & 0xFU]};
        }
    }
    return word;
}

FileNotice from_status_word(std::string_view word) {
    const std::size_t equals = std::min(word.find('='), word.size());
    FileNotice notice{std::string(word.substr(0, equals))};
    for (std::size_t i = equals + 1; i < word.size(); ++i) {
        unsigned byte = 0;
        const char* const digits = word.data() + i + 1;
        if (word[i] == '%' && i + 2 < word.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            notice.detail += static_cast<char>(byte);
            i += 2;
        } else {
            notice.detail += word[i];
        }
    }
    return notice;
}

std::string safe_detail(std::string detail) {
    const bool unicode = is_utf8(detail);
    std::replace_if(
        detail.begin(), detail.end(), [unicode](unsigned char c) { return c < ' ' || c == 0x7f || (c > 0x7f && !unicode); }, '?');
    return detail;
}

}  // namespace boardgate
