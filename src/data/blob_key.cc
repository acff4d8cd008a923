// SPDX-License-Identifier: MIT
#include "src/data/blob_key.h"

#include <algorithm>
#include <charconv>

#include "src/events/utf8.h"

namespace boardgate::data {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64(std::string_view bytes) {
    std::string text;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) text += alphabet[(bits >> (count - 6)) & 63U];
    }
    if (count > 0) text += alphabet[(bits << (6 - count)) & 63U];
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t digit = alphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>((bits >> count) & 0xFFU);
    }
    // The remaining bits are padding.
    if (count == 6 || (bits & ((1U << count) - 1)) != 0) return std::nullopt;
    return bytes;
}

void append_escaped(std::string& to, char c) {
    static constexpr std::string_view letters = "\b\f\n\r\t", names = "bfnrt", digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        (to += '\\') += c;
    } else if (const std::size_t known = letters.find(c); known != std::string_view::npos) {
        (to += '\\') += names[known];
    } else if (byte < 0x20) {
        ((to += "\\u00") += digits[byte >> 4]) += digits[byte & 15U];
    } else {
        to += c;
    }
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) append_escaped(out, c);
    return out + '"';
}

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

/// Reads the JSON list of a key: texts and whole numbers.
class List {
public:
    explicit List(std::string_view json) : rest_(json) {}

    [[nodiscard]] bool take(char expected) {
        pass_space();
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] bool ended() {
        pass_space();
        return rest_.empty();
    }
    template <class Number>
    [[nodiscard]] bool take_number(Number& number) {
        pass_space();
        const auto [end, status] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (status != std::errc()) return false;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return true;
    }
    [[nodiscard]] bool take_text(std::string& text) {
        if (!take('"')) return false;
        while (!rest_.empty() && rest_.front() != '"') {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !take_escape(text))) return false;
            if (c != '\\') text += c;
        }
        return take('"') && events::is_unicode(text);
    }

private:
    void pass_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    [[nodiscard]] bool take_escape(std::string& text) {
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
    [[nodiscard]] bool take_unit(std::uint32_t& unit) {
        if (rest_.size() < 4) return false;
        const auto [end, status] = std::from_chars(rest_.data(), rest_.data() + 4, unit, 16);
        if (status != std::errc() || end != rest_.data() + 4) return false;
        rest_.remove_prefix(4);
        return true;
    }
    [[nodiscard]] bool take_point(std::string& text) {
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

    std::string_view rest_;
};

}  // namespace

std::string BlobKey::text() const {
    return base64("[" + quoted(experiment) + "," + quoted(run) + "," + quoted(tag) + "," + std::to_string(step) + "," +
                  std::to_string(index) + "]");
}

std::optional<BlobKey> BlobKey::parse(std::string_view text) {
    const auto json = from_base64(text);
    if (!json) return std::nullopt;
    List list(*json);
    BlobKey key;
    const bool good = list.take('[') && list.take_text(key.experiment) && list.take(',') && list.take_text(key.run) && list.take(',') &&
                      list.take_text(key.tag) && list.take(',') && list.take_number(key.step) && list.take(',') &&
                      list.take_number(key.index) && list.take(']') && list.ended();
    if (!good) return std::nullopt;
    return key;
}

}  // namespace boardgate::data
