// SPDX-License-Identifier: MIT
#include "src/data/chacha.h"

#include <bit>

namespace boardgate::data {

namespace {

using Words = std::array<std::uint32_t, 16>;
constexpr int rounds = 20;

void quarter_round(Words& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 7);
}

/// PCG32 (O'Neill 2014, XSH RR) over the seed, as rand_core fills a key.
std::array<std::uint32_t, 8> key_of(std::uint64_t seed) {
    std::array<std::uint32_t, 8> key{};
    for (std::uint32_t& word : key) {
        seed = seed * 6364136223846793005U + 11634580027462260723U;
        word = std::rotr(static_cast<std::uint32_t>(((seed >> 18) ^ seed) >> 27), static_cast<int>(seed >> 59));
    }
    return key;
}

Words block_of(std::uint64_t number) {
    static const std::array<std::uint32_t, 8> key = key_of(0);
    Words begin = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (std::size_t i = 0; i < key.size(); ++i) begin[4 + i] = key[i];
    begin[12] = static_cast<std::uint32_t>(number);
    begin[13] = static_cast<std::uint32_t>(number >> 32);
    Words state = begin;
    for (int round = 0; round < rounds; round += 2) {
        for (std::size_t i = 0; i < 4; ++i) quarter_round(state, i, 4 + i, 8 + i, 12 + i);
        for (std::size_t i = 0; i < 4; ++i) quarter_round(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += begin[i];
    return state;
}

}  // namespace

const std::array<std::uint32_t, 16>& ChaChaStream::block(std::uint64_t number) {
    Block& block = blocks_[number % kept];
    if (block.number != number) block = {number, block_of(number)};
    return block.content;
}

ChaChaStream& chacha_stream() {
    static thread_local ChaChaStream stream;
    return stream;
}

}  // namespace boardgate::data
