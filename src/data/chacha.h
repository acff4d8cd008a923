// SPDX-License-Identifier: MIT
// The random numbers that TensorBoard's data server draws: ChaCha20 (RFC 8439, with a counter of 64 bits), with the key
// that Rust's `seed_from_u64(0)` makes. Every draw begins at its own place of this one stream.
#pragma once

#include <array>
#include <cstdint>

namespace boardgate::data {

class ChaChaStream {
public:
    /// The `at`-th word of 32 bits.
    [[nodiscard]] std::uint32_t word(std::uint64_t at) { return block(at / words)[at % words]; }
    /// The `at`-th pair of words, the first one low.
    [[nodiscard]] std::uint64_t pair(std::uint64_t at) {
        const std::array<std::uint32_t, 16>& of = block(at / (words / 2));
        const std::size_t first = 2 * (at % (words / 2));
        return of[first] | (std::uint64_t{of[first + 1]} << 32);
    }

private:
    static constexpr std::size_t words = 16;
    /// Series of a run advance together, so that few blocks are asked for many times.
    static constexpr std::size_t kept = 64;
    struct Block {
        std::uint64_t number = UINT64_MAX;
        std::array<std::uint32_t, words> content{};
    };
    [[nodiscard]] const std::array<std::uint32_t, words>& block(std::uint64_t number);
    std::array<Block, kept> blocks_{};
};

/// One for each thread.
[[nodiscard]] ChaChaStream& chacha_stream();

}  // namespace boardgate::data
