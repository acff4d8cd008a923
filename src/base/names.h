// SPDX-License-Identifier: MIT
// The names that cross a boundary. A value of these types is always valid.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate {

/// A Unix account's name as a person types it: 1 to 256 bytes of UTF-8, no control characters, no `/`, `:` or
/// blank, not starting with `-`. The account need not exist. winbind's names may have blanks: a line of the journal about a
/// refused login ends its name at the blank, or fail2ban would read an address from the name. The error says so.
class UserName {
public:
    [[nodiscard]] static Result<UserName> parse(std::string_view text);
    [[nodiscard]] const std::string& str() const { return text_; }
    friend bool operator==(const UserName&, const UserName&) = default;

private:
    explicit UserName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// A board's id: 8 characters without vowels or look-alikes, about 39 bits; a name, not a secret.
class BoardId {
public:
    static constexpr std::size_t text_size = 8;
    static constexpr std::string_view alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    [[nodiscard]] static BoardId make();
    [[nodiscard]] static Result<BoardId> parse(std::string_view text);
    [[nodiscard]] const std::string& str() const { return text_; }
    friend auto operator<=>(const BoardId&, const BoardId&) = default;

private:
    explicit BoardId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// A TCP port, 1 to 65535.
class Port {
public:
    [[nodiscard]] static Result<Port> parse(std::int64_t number);
    [[nodiscard]] std::uint16_t number() const { return number_; }
    friend auto operator<=>(const Port&, const Port&) = default;

private:
    explicit Port(std::uint16_t number) : number_(number) {}
    std::uint16_t number_;
};

/// The text as a part of a unit's name, as systemd-escape(1) prints it: without blanks, dashes and control characters.
[[nodiscard]] std::string escaped_for_unit(std::string_view text);

/// What runs a board: systemd on this machine, or a job of the cluster's Slurm. The numbers are in door records.
enum class Engine : std::uint8_t { systemd, slurm, last = slurm };
[[nodiscard]] const char* name_of(Engine engine);
[[nodiscard]] std::optional<Engine> engine_named(std::string_view name);

/// `tensorboard-<user>-<id>`, the stem of a board's unit and of its door, the user escaped as systemd.unit(5)
/// says (so `-` becomes `\x2d` and the two dashes of the stem stay the only ones). A board of Slurm has the stem
/// `tensorboard.slurm-<user>-<id>`: drop-ins of `tensorboard-.service.d` would win over its unit's own properties.
class UnitName {
public:
    UnitName(const UserName& user, const BoardId& board, Engine engine);
    [[nodiscard]] const std::string& stem() const { return stem_; }
    [[nodiscard]] std::string service() const { return stem_ + ".service"; }
    [[nodiscard]] std::string socket() const { return stem_ + ".socket"; }
    /// The board id in a unit's name (either suffix), or an error for any unit that is not a board's.
    [[nodiscard]] static Result<BoardId> board_of(std::string_view unit);

private:
    std::string stem_;
};

/// The absolute path of a log directory: starts with `/`, at most 4095 bytes (PATH_MAX), UTF-8, no control
/// characters. Not normalised, and never opened here: only its owner's processes may open it.
class LogDir {
public:
    static constexpr std::size_t longest = 4095;

    [[nodiscard]] static Result<LogDir> parse(std::string_view text);
    [[nodiscard]] const std::string& str() const { return text_; }
    friend bool operator==(const LogDir&, const LogDir&) = default;

private:
    explicit LogDir(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF) without NUL.
[[nodiscard]] bool is_utf8(std::string_view text);
/// An IPv4 or IPv6 address as inet_pton(3) reads it.
[[nodiscard]] bool is_ip_address(const std::string& text);
/// Any of U+0000 to U+001F, U+007F to U+009F: on a terminal, U+009B starts a control sequence.
[[nodiscard]] bool has_control_character(std::string_view text);
/// The text with each control character but those in `kept` replaced by `?`.
[[nodiscard]] std::string printable(std::string_view text, std::string_view kept = {});

}  // namespace boardgate
