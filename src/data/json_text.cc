// SPDX-License-Identifier: MIT
#include "src/data/json_text.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "src/events/utf8.h"

namespace boardgate::data {

namespace {

void append_utf8(std::string& to, std::uint32_t point) {
    if (point < 0x80) {
        to += static_cast<char>(point);
    } else if (point < 0x800) {
        (to += static_cast<char>(0xC0U | (point >> 6))) += static_cast<char>(0x80U | (point & 63U));
    } else if (point < 0x10000) {
        to += static_cast<char>(0xE0U | (point >> 12));
        (to += static_cast<char>(0x80U | ((point >> 6) & 63U))) += static_cast<char>(0x80U | (point & 63U));
    } else {
        (to += static_cast<char>(0xF0U | (point >> 18))) += static_cast<char>(0x80U | ((point >> 12) & 63U));
        (to += static_cast<char>(0x80U | ((point >> 6) & 63U))) += static_cast<char>(0x80U | (point & 63U));
    }
}

/// One point of well-formed UTF-8, which is taken out.
std::uint32_t take_utf8(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    std::uint32_t point = byte(0);
    const std::size_t size = point < 0x80 ? 1 : point < 0xE0 ? 2 : point < 0xF0 ? 3 : 4;
    if (size > 1) point &= 0xFFU >> (size + 1);
    for (std::size_t i = 1; i < size && i < text.size(); ++i) point = point << 6 | (byte(i) & 0x3FU);
    text.remove_prefix(std::min(size, text.size()));
    return point;
}

void append_unit(std::string& to, std::uint32_t unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    to += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) to += digits[unit >> static_cast<unsigned>(shift) & 0xFU];
}

}  // namespace

bool JsonReader::take(char expected) {
    pass_space();
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
}

bool JsonReader::ended() {
    pass_space();
    return rest_.empty();
}

bool JsonReader::take_text(std::string& text) {
    if (!take('"')) return false;
    while (!rest_.empty() && rest_.front() != '"') {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !take_escape(text))) return false;
        if (c != '\\') text += c;
    }
    return take('"') && events::is_unicode(text);
}

bool JsonReader::take_escape(std::string& text) {
    static constexpr std::string_view names = "bfnrt\"\\/", letters = "\b\f\n\r\t\"\\/";
    if (rest_.empty()) return false;
    const char name = rest_.front();
    rest_.remove_prefix(1);
    if (name == 'u') return take_point(text);
    const std::size_t known = names.find(name);
    if (known == std::string_view::npos) return false;
    text += letters[known];
    return true;
}

bool JsonReader::take_unit(std::uint32_t& unit) {
    if (rest_.size() < 4) return false;
    const auto [end, status] = std::from_chars(rest_.data(), rest_.data() + 4, unit, 16);
    if (status != std::errc() || end != rest_.data() + 4) return false;
    rest_.remove_prefix(4);
    return true;
}

bool JsonReader::take_point(std::string& text) {
    std::uint32_t point = 0, low = 0;
    if (!take_unit(point)) return false;
    if (point >= 0xD800 && point < 0xDC00) {
        if (!rest_.starts_with("\\u")) return false;
        rest_.remove_prefix(2);
        if (!take_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(text, point);
    return true;
}

void append_json_text(std::string& to, std::string_view text) {
    static constexpr std::string_view letters = "\b\f\n\r\t\"\\", names = "bfnrt\"\\";
    to += '"';
    while (!text.empty()) {
        const std::uint32_t point = take_utf8(text);
        const std::size_t known = point < 0x80 ? letters.find(static_cast<char>(point)) : std::string_view::npos;
        if (known != std::string_view::npos) {
            (to += '\\') += names[known];
        } else if (point >= 0x10000) {
            append_unit(to, 0xD800 + ((point - 0x10000) >> 10));
            append_unit(to, 0xDC00 + ((point - 0x10000) & 0x3FFU));
        } else if (point < 0x20 || point > 0x7E) {
            append_unit(to, point);
        } else {
            to += static_cast<char>(point);
        }
    }
    to += '"';
}

void append_json_number(std::string& to, double number) {
    if (std::isnan(number)) return void(to += "\"NaN\"");
    if (std::isinf(number)) return void(to += number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    std::array<char, 64> text{};
    // Python changes to an exponent outside of 1e-4 to 1e16; the shortest digits are the same.
    const double size = std::fabs(number);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const char* const end = std::to_chars(text.data(), text.data() + text.size(), number, format).ptr;
    const std::string_view written(text.data(), static_cast<std::size_t>(end - text.data()));
    to += written;
    if (plain && written.find('.') == std::string_view::npos) to += ".0";
}

}  // namespace boardgate::data
