// SPDX-License-Identifier: MIT
#include "src/data/blob_key.h"

#include <algorithm>
#include <charconv>

#include "src/data/json_text.h"

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

}  // namespace

std::string BlobKey::text() const {
    return base64("[" + quoted(experiment) + "," + quoted(run) + "," + quoted(tag) + "," + std::to_string(step) + "," +
                  std::to_string(index) + "]");
}

std::optional<BlobKey> BlobKey::parse(std::string_view text) {
    const auto json = from_base64(text);
    if (!json) return std::nullopt;
    JsonReader list(*json);
    BlobKey key;
    const bool good = list.take('[') && list.take_text(key.experiment) && list.take(',') && list.take_text(key.run) && list.take(',') &&
                      list.take_text(key.tag) && list.take(',') && list.take_number(key.step) && list.take(',') &&
                      list.take_number(key.index) && list.take(']') && list.ended();
    if (!good) return std::nullopt;
    return key;
}

}  // namespace boardgate::data
