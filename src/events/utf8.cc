// SPDX-License-Identifier: MIT
#include "src/events/utf8.h"

#include <cstdint>
#include <cstring>

namespace boardgate::events {

namespace {

struct Sequence {
    std::size_t size;  ///< bytes that belong together
    bool good;
};

/// The number of bytes after a first byte, and the range of the second byte; the others are 80..BF.
struct Lead {
    std::size_t more = 0;
    unsigned char least = 0x80;
    unsigned char most = 0xBF;
};

Lead lead_of(unsigned char first) {
    if (first >= 0xC2 && first <= 0xDF) return {1};
    if (first == 0xE0) return {2, 0xA0, 0xBF};
    if (first == 0xED) return {2, 0x80, 0x9F};
    if (first >= 0xE1 && first <= 0xEF) return {2};
    if (first == 0xF0) return {3, 0x90, 0xBF};
    if (first >= 0xF1 && first <= 0xF3) return {3};
    if (first == 0xF4) return {3, 0x80, 0x8F};
    return {};
}

/// The first sequence of a text that is not empty.
Sequence first_sequence(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return {1, true};
    const Lead lead = lead_of(first);
    for (std::size_t i = 1; i <= lead.more; ++i) {
        if (i >= text.size()) return {i, false};
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < (i == 1 ? lead.least : 0x80) || byte > (i == 1 ? lead.most : 0xBF)) return {i, false};
    }
    return {lead.more + 1, lead.more > 0};
}

/// The number of ASCII bytes at the beginning, counted eight at a time.
std::size_t ascii_prefix(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & high_bits) != 0) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

}  // namespace

bool is_unicode(std::string_view text) {
    for (text.remove_prefix(ascii_prefix(text)); !text.empty(); text.remove_prefix(ascii_prefix(text))) {
        const Sequence sequence = first_sequence(text);
        if (!sequence.good) return false;
        text.remove_prefix(sequence.size);
    }
    return true;
}

std::string as_unicode(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        const Sequence sequence = first_sequence(bytes);
        text += sequence.good ? bytes.substr(0, sequence.size) : std::string_view("\xEF\xBF\xBD");
        bytes.remove_prefix(sequence.size);
    }
    return text;
}

}  // namespace boardgate::events
