// SPDX-License-Identifier: MIT
#include "src/data/chacha.h"

#include <bit>
#include <cstring>

namespace boardgate::data {

namespace {

using Words = std::array<std::uint32_t, 16>;
constexpr int rounds = 20;

/// Four words side by side, so that a quarter round processes four columns in parallel.
using Row = std::uint32_t __attribute__((vector_size(16)));

Row rotated(Row row, int by) { return (row << by) | (row >> (32 - by)); }

void quarter_rounds(Row& a, Row& b, Row& c, Row& d) {
    a += b, d = rotated(d ^ a, 16);
    c += d, b = rotated(b ^ c, 12);
    a += b, d = rotated(d ^ a, 8);
    c += d, b = rotated(b ^ c, 7);
}

/// A column round and a diagonal round.
void double_round(Row& a, Row& b, Row& c, Row& d) {
    const auto by_one = [](Row row) { return __builtin_shufflevector(row, row, 1, 2, 3, 0); };
    const auto by_two = [](Row row) { return __builtin_shufflevector(row, row, 2, 3, 0, 1); };
    const auto by_three = [](Row row) { return __builtin_shufflevector(row, row, 3, 0, 1, 2); };
    quarter_rounds(a, b, c, d);
    b = by_one(b), c = by_two(c), d = by_three(d);
    quarter_rounds(a, b, c, d);
    b = by_three(b), c = by_two(c), d = by_one(d);
}

/// The key, made from the seed by PCG32 (O'Neill 2014, XSH RR), as rand_core does.
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
    const Row begin[] = {{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574},
                         {key[0], key[1], key[2], key[3]},
                         {key[4], key[5], key[6], key[7]},
                         {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), 0, 0}};
    Row a = begin[0], b = begin[1], c = begin[2], d = begin[3];
    for (int round = 0; round < rounds; round += 2) double_round(a, b, c, d);
    const Row rows[] = {a + begin[0], b + begin[1], c + begin[2], d + begin[3]};
    Words words;
    std::memcpy(words.data(), rows, sizeof rows);
    return words;
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
