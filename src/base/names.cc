// SPDX-License-Identifier: MIT
#include "src/base/names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "src/base/secret.h"

namespace boardgate {

bool is_ip_address(const std::string& text) {
    in6_addr address{};
    return inet_pton(AF_INET, text.c_str(), &address) == 1 || inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_utf8(std::string_view text) {
    std::size_t i = 0;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    while (i < text.size()) {
        const unsigned char first = byte(i);
        std::size_t more = 0;
        std::uint32_t point = first;
        std::uint32_t least = 1;
        if (first >= 0x80) {
            if (first >= 0xC2 && first <= 0xDF) {
                more = 1, point = first & 0x1FU, least = 0x80;
            } else if (first >= 0xE0 && first <= 0xEF) {
                more = 2, point = first & 0x0FU, least = 0x800;
            } else if (first >= 0xF0 && first <= 0xF4) {
                more = 3, point = first & 0x07U, least = 0x10000;
            } else {
                return false;
            }
        }
        if (more >= text.size() - i) return false;
        for (std::size_t k = 1; k <= more; ++k) {
            if ((byte(i + k) & 0xC0U) != 0x80U) return false;
            point = (point << 6) | (byte(i + k) & 0x3FU);
        }
        if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
        i += more + 1;
    }
    return true;
}

namespace {
/// The length in bytes of the control character there; 0 if there is none.
std::size_t control_character_at(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7F) return 1;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte != 0xC2 || at + 1 == text.size()) return 0;
    const auto next = static_cast<unsigned char>(text[at + 1]);
    return next >= 0x80 && next <= 0x9F ? 2 : 0;
}

/// U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: they show text in another order than it has.
std::size_t direction_mark_at(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("\xE2") || at + 2 >= text.size()) return 0;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const auto third = static_cast<unsigned char>(text[at + 2]);
    const bool mark = (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE))) ||
                      (second == 0x81 && third >= 0xA6 && third <= 0xA9);
    return mark ? 3 : 0;
}
}  // namespace

bool has_control_character(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (control_character_at(text, at) > 0) return true;
    }
    return false;
}

std::string printable(std::string_view text, std::string_view kept) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t size = std::max(control_character_at(text, at), direction_mark_at(text, at));
        out += size == 0 || kept.find(text[at]) != std::string_view::npos ? text[at] : '?';
        at += size > 0 ? size - 1 : 0;
    }
    return out;
}

Result<UserName> UserName::parse(std::string_view text) {
    if (text.find_first_of("/: ") != std::string_view::npos)
        return failure("boardgate takes no account whose name has a blank, a colon or a slash");
    if (text.empty() || text.size() > 256 || text.front() == '-' || !is_utf8(text) || has_control_character(text) || text == "." ||
        text == "..") {
        return failure("no account has such a name");
    }
    return UserName(std::string(text));
}

BoardId BoardId::make() {
    std::string text;
    while (text.size() < text_size) {
        std::array<unsigned char, 16> random{};
        fill_random(random.data(), random.size());
        for (const unsigned char byte : random) {
            // 248 is the largest multiple of 31 in a byte; higher values would favour the first letters.
            if (byte < 248 && text.size() < text_size) text += alphabet[byte % alphabet.size()];
        }
    }
    return BoardId(std::move(text));
}

Result<BoardId> BoardId::parse(std::string_view text) {
    if (text.size() != text_size || text.find_first_not_of(alphabet) != std::string_view::npos) {
        return failure("not a board id");
    }
    return BoardId(std::string(text));
}

Result<Port> Port::parse(std::int64_t number) {
    if (number < 1 || number > 65535) return failure("not a port", std::to_string(number), "give a number from 1 to 65535");
    return Port(static_cast<std::uint16_t>(number));
}

namespace {
bool stands_for_itself(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}
}  // namespace

std::string escaped_for_unit(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (stands_for_itself(c)) {
            out += c;
        } else {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15U];
        }
    }
    return out;
}

namespace {
constexpr const char* engines[] = {"systemd", "slurm"};                               // in the order of Engine
constexpr std::string_view unit_prefixes[] = {"tensorboard-", "tensorboard.slurm-"};  // likewise
}  // namespace

const char* name_of(Engine engine) { return engines[static_cast<std::size_t>(engine)]; }

std::optional<Engine> engine_named(std::string_view name) {
    const auto* const found = std::find(std::begin(engines), std::end(engines), name);
    return found == std::end(engines) ? std::nullopt : std::optional(static_cast<Engine>(found - engines));
}

UnitName::UnitName(const UserName& user, const BoardId& board, Engine engine) {
    stem_ = unit_prefixes[static_cast<std::size_t>(engine)];
    stem_ += escaped_for_unit(user.str());
    stem_ += '-';
    stem_ += board.str();
}

Result<BoardId> UnitName::board_of(std::string_view unit) {
    const auto not_ours = [&] { return failure("not a board's unit", std::string(unit)); };
    const auto* const prefix =
        std::find_if(std::begin(unit_prefixes), std::end(unit_prefixes), [&](std::string_view each) { return unit.starts_with(each); });
    if (prefix == std::end(unit_prefixes)) return not_ours();
    for (const std::string_view suffix : {".service", ".socket"}) {
        if (!unit.ends_with(suffix)) continue;
        const std::string_view stem = unit.substr(0, unit.size() - suffix.size());
        // The prefix's dash and one more: dashes of the user name are escaped.
        const std::size_t dash = stem.find('-', prefix->size());
        if (dash == prefix->size() || dash == std::string_view::npos) return not_ours();
        return BoardId::parse(stem.substr(dash + 1));
    }
    return not_ours();
}

Result<LogDir> LogDir::parse(std::string_view text) {
    if (text.empty() || text.front() != '/') {
        return failure("the log directory must be an absolute path", std::string(text), "start it with /");
    }
    if (text.size() > longest) return failure("the log directory's path is longer than 4095 bytes");
    if (!is_utf8(text) || has_control_character(text)) {
        return failure("the log directory's path has control characters or bytes that are not UTF-8", {}, "rename the folder");
    }
    return LogDir(std::string(text));
}

}  // namespace boardgate
