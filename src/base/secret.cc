// SPDX-License-Identifier: MIT
#include "src/base/secret.h"

#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

#include <memory>
#include <stdexcept>

#include "src/base/sha256.h"

namespace boardgate {

namespace {
constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_digits = "0123456789abcdef";
}  // namespace

void wipe(std::string& bytes) noexcept {
    // capacity(), not size(): after an assignment, bytes of a longer secret may remain behind the end.
    bytes.resize(bytes.capacity());
    explicit_bzero(bytes.data(), bytes.size());
    bytes.clear();
}

void Secret::wipe() noexcept { boardgate::wipe(bytes_); }

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        other.wipe();
    }
    return *this;
}

std::string TokenHash::hex() const {
    std::string out;
    out.reserve(2 * size);
    for (const unsigned char byte : bytes_) {
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 15U];
    }
    return out;
}

Result<TokenHash> TokenHash::from_hex(std::string_view hex) {
    if (hex.size() != 2 * size) return failure("not a token's hash");
    Bytes bytes{};
    for (std::size_t i = 0; i < size; ++i) {
        const auto high = hex_digits.find(hex[2 * i]);
        const auto low = hex_digits.find(hex[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return failure("not a token's hash");
        bytes[i] = static_cast<unsigned char>((high << 4) | low);
    }
    return TokenHash(bytes);
}

void fill_random(unsigned char* bytes, std::size_t count) {
    std::size_t have = 0;
    while (have < count) {
        const ssize_t got = getrandom(bytes + have, count - have, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            throw std::runtime_error("the kernel gives no random bytes");
        }
        have += static_cast<std::size_t>(got);
    }
}

Token Token::make() {
    std::array<unsigned char, 32> raw{};
    fill_random(raw.data(), raw.size());
    std::string text;
    text.reserve(text_size);
    // 256 bits are 42 groups of six bits and one of four, which base64 pads with zeros.
    for (std::size_t bit = 0; bit < 256; bit += 6) {
        const std::size_t byte = bit / 8;
        const unsigned next = byte + 1 < raw.size() ? raw[byte + 1] : 0U;
        const unsigned pair = (static_cast<unsigned>(raw[byte]) << 8) | next;
        text += base64url[(pair >> (10 - bit % 8)) & 63U];
    }
    explicit_bzero(raw.data(), raw.size());
    return Token(std::move(text));
}

Token Token::make(std::string_view beginning) {
    std::string text = make().reveal();
    text.replace(0, beginning.size(), beginning);
    return Token(std::move(text));
}

Result<Token> Token::parse(std::string_view text) {
    if (text.size() != text_size || text.find_first_not_of(base64url) != std::string_view::npos) {
        return failure("not a session token");
    }
    return Token(std::string(text));
}

namespace {
/// Looking the algorithm up costs more than hashing a token (EVP_MD_fetch(3)).
const EVP_MD* sha256_algorithm() {
    static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
    return algorithm.get();
}
}  // namespace

TokenHash sha256(std::string_view text) {
    TokenHash::Bytes bytes{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, sha256_algorithm(), nullptr) != 1 || size != bytes.size()) {
        throw std::runtime_error("SHA-256 is not available");
    }
    return TokenHash(bytes);
}

TokenHash Token::hash() const { return sha256(reveal()); }

}  // namespace boardgate
