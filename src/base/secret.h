// SPDX-License-Identifier: MIT
// Secrets that are wiped and cannot be printed by accident; the session token and its hash.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate {

/// A password or an answer to PAM. The destructor wipes it. It has no operator<< and no formatter on purpose.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
    Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(); }

    /// The only way to read it. The caller keeps no copy.
    [[nodiscard]] const std::string& reveal() const { return bytes_; }
    /// For messages, which read it in place.
    [[nodiscard]] std::string& storage() { return bytes_; }
    void wipe() noexcept;

private:
    std::string bytes_;
};

/// Wipes the memory of a string that held a secret (explicit_bzero(3)).
void wipe(std::string& bytes) noexcept;

/// SHA-256 of a token. It is stored and compared instead of the token.
class TokenHash {
public:
    static constexpr std::size_t size = 32;
    using Bytes = std::array<unsigned char, size>;

    TokenHash() = default;
    explicit TokenHash(const Bytes& bytes) : bytes_(bytes) {}
    /// 64 lower-case hexadecimal digits, as in file names and the database.
    [[nodiscard]] std::string hex() const;
    [[nodiscard]] static Result<TokenHash> from_hex(std::string_view hex);
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    friend bool operator==(const TokenHash& a, const TokenHash& b) { return a.bytes_ == b.bytes_; }

private:
    Bytes bytes_{};
};

/// 256 random bits as 43 characters of base64url (RFC 4648 section 5, without padding).
class Token {
public:
    static constexpr std::size_t text_size = 43;

    /// From getrandom(2). Throws if the kernel has no randomness: the program cannot go on then.
    [[nodiscard]] static Token make();
    /// The same, but the first characters, of the alphabet, are these and no secret: each takes six bits.
    [[nodiscard]] static Token make(std::string_view beginning);
    /// Exactly 43 characters of the alphabet, or an error that does not repeat the text.
    [[nodiscard]] static Result<Token> parse(std::string_view text);

    [[nodiscard]] const std::string& reveal() const { return secret_.reveal(); }
    /// Deliberately not a copy constructor: each further place that keeps a token shows in the source.
    [[nodiscard]] Token copy() const { return Token(secret_.reveal()); }
    [[nodiscard]] TokenHash hash() const;

private:
    explicit Token(std::string text) : secret_(std::move(text)) {}
    Secret secret_;
};

/// `count` bytes from getrandom(2); throws std::runtime_error if that fails.
void fill_random(unsigned char* bytes, std::size_t count);

}  // namespace boardgate

template <>
struct std::hash<boardgate::TokenHash> {
    std::size_t operator()(const boardgate::TokenHash& token) const noexcept {
        std::size_t value = 0;
        for (std::size_t i = 0; i < sizeof value; ++i) value = (value << 8) | token.bytes()[i];
        return value;  // the input is uniform already
    }
};
