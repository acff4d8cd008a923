// SPDX-License-Identifier: MIT
#include "src/base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <ostream>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_set>

namespace boardgate {
namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
    out << value;
};

TEST(Secret, HasNoWayToBePrinted) {
    EXPECT_FALSE(printable<Secret>);
    EXPECT_FALSE(printable<Token>);
    EXPECT_FALSE(fmt::is_formattable<Secret>::value);
    EXPECT_FALSE(fmt::is_formattable<Token>::value);
    EXPECT_TRUE(printable<int>);  // the concept itself can say yes
}

TEST(Secret, IsNotCopiedByAccident) {
    EXPECT_FALSE(std::is_copy_constructible_v<Secret>);
    EXPECT_FALSE(std::is_copy_assignable_v<Secret>);
    EXPECT_FALSE(std::is_copy_constructible_v<Token>);
    EXPECT_FALSE((std::is_convertible_v<std::string, Secret>));
}

TEST(Secret, WipeCoversMoreThanTheCurrentSize) {
    std::string bytes(100, 'p');
    const char* memory = bytes.data();
    const std::size_t capacity = bytes.capacity();
    bytes.resize(3);
    wipe(bytes);
    EXPECT_TRUE(bytes.empty());
    ASSERT_EQ(bytes.data(), memory);
    EXPECT_EQ(std::count(memory, memory + capacity, 'p'), 0);
}

/// The memory of a Secret after `use` and its destructor; short secrets are inside the object itself.
template <class Use>
bool leaves_behind(Use use) {
    alignas(Secret) static std::array<char, sizeof(Secret)> memory;
    memory.fill(0);
    auto* secret = new (memory.data()) Secret("canary");
    use(*secret);
    secret->~Secret();
    const std::string_view left(memory.data(), memory.size());
    return left.find("anar") != std::string_view::npos;
}

TEST(Secret, IsWipedWhenItGoes) {
    EXPECT_FALSE(leaves_behind([](Secret&) {}));
}

TEST(Secret, MovingAShortOneLeavesNothingBehind) {
    alignas(Secret) static std::array<char, sizeof(Secret)> memory;
    auto* from = new (memory.data()) Secret("canary");
    const Secret to = std::move(*from);
    EXPECT_EQ(to.reveal(), "canary");
    EXPECT_EQ(std::string_view(memory.data(), memory.size()).find("anar"), std::string_view::npos);
    from->~Secret();
}

TEST(Secret, AssigningOverOneWipesIt) {
    Secret secret(std::string(100, 'p'));
    const char* memory = secret.reveal().data();
    Secret other(std::string(200, 'q'));
    secret = std::move(other);
    EXPECT_EQ(secret.reveal(), std::string(200, 'q'));
    // libstdc++ exchanges the memory of two long strings, so that `other` owns the old one now.
    ASSERT_EQ(other.reveal().data(), memory);  // NOLINT(bugprone-use-after-move): what is tested
    EXPECT_EQ(std::count(memory, memory + 100, 'p'), 0);
    EXPECT_TRUE(other.reveal().empty());
}

TEST(Token, Is43CharactersOfBase64url) {
    for (int i = 0; i < 1000; ++i) {
        const Token token = Token::make();
        ASSERT_EQ(token.reveal().size(), 43U);
        ASSERT_EQ(token.reveal().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
        ASSERT_TRUE(Token::parse(token.reveal()));
    }
}

TEST(Token, EachOfItsCharactersTakesEveryValue) {
    std::array<std::set<char>, Token::text_size> seen;
    for (int i = 0; i < 5000; ++i) {
        const Token token = Token::make();
        for (std::size_t k = 0; k < seen.size(); ++k) seen[k].insert(token.reveal()[k]);
    }
    for (std::size_t k = 0; k + 1 < seen.size(); ++k) EXPECT_EQ(seen[k].size(), 64U) << k;
    EXPECT_EQ(seen.back().size(), 16U);  // 256 bits leave four for the last
}

TEST(Token, NoTwoAreAlike) {
    std::unordered_set<TokenHash> seen;
    for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(seen.insert(Token::make().hash()).second);
}

TEST(Token, RefusesOtherLengthsAndLetters) {
    const std::string good(43, 'A');
    EXPECT_TRUE(Token::parse(good));
    EXPECT_FALSE(Token::parse(""));
    EXPECT_FALSE(Token::parse(good + "A"));
    EXPECT_FALSE(Token::parse(good.substr(1)));
    for (const char wrong : {'+', '/', '=', ' ', '\n', '\0', '.', '\x80'}) {
        std::string text = good;
        text[20] = wrong;
        EXPECT_FALSE(Token::parse(text)) << static_cast<int>(wrong);
    }
}

TEST(Token, RefusalDoesNotRepeatTheText) { EXPECT_EQ(Token::parse("almost-a-token").error().text().find("almost"), std::string::npos); }

TEST(Token, HashIsSha256OfTheText) {
    // printf %043d | tr 0 A | sha256sum
    EXPECT_EQ(Token::parse(std::string(43, 'A'))->hash().hex(), "0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a");
}

TEST(Token, CopyIsTheSameToken) {
    const Token token = Token::make();
    EXPECT_EQ(token.copy().reveal(), token.reveal());
}

TEST(TokenHash, HexReadsBack) {
    const TokenHash hash = Token::make().hash();
    EXPECT_EQ(hash.hex().size(), 64U);
    EXPECT_EQ(TokenHash::from_hex(hash.hex()).value(), hash);
}

TEST(TokenHash, RefusesOtherThanLowerCaseHex) {
    const std::string good = Token::make().hash().hex();
    EXPECT_FALSE(TokenHash::from_hex(""));
    EXPECT_FALSE(TokenHash::from_hex(good + "0"));
    EXPECT_FALSE(TokenHash::from_hex(good.substr(1)));
    EXPECT_FALSE(TokenHash::from_hex("A" + good.substr(1)));
    EXPECT_FALSE(TokenHash::from_hex("g" + good.substr(1)));
}

TEST(TokenHash, DiffersWhenAnyBitDoes) {
    const TokenHash hash = Token::make().hash();
    for (std::size_t bit = 0; bit < 256; ++bit) {
        TokenHash::Bytes bytes = hash.bytes();
        bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(TokenHash(bytes) == hash) << bit;
    }
}

TEST(Random, FillsAllOfALongBuffer) {
    std::array<unsigned char, 4096> bytes{};
    fill_random(bytes.data(), bytes.size());
    // 32 zeros in a row would come by chance once in 2^256 times.
    const std::array<unsigned char, 32> zeros{};
    EXPECT_EQ(std::search(bytes.begin(), bytes.end(), zeros.begin(), zeros.end()), bytes.end());
}

}  // namespace
}  // namespace boardgate
