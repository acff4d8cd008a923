// SPDX-License-Identifier: MIT
// The random numbers that TensorBoard's data server draws: ChaCha20 (RFC 8439, with a counter of 64 bits), with the key
// that Rust's `seed_from_u64(0)` makes. Every draw begins at its own place of this one stream.
#pragma once

#include <array>
#include <cstdint>

namespace boardgate::data {

class ChaChaStream {
public:
    /// The 32-bit word number `at` of the stream.
    [[nodiscard]] std::uint32_t word(std::uint64_t at) { return block(at / words)[at % words]; }
    /// Pair number `at` of 32-bit words, the first word low.
    [[nodiscard]] std::uint64_t pair(std::uint64_t at) {
        const std::array<std::uint32_t, 16>& of = block(at / (words / 2));
        const std::size_t first = 2 * (at % (words / 2));
        return of[first] | (std::uint64_t{of[first + 1]} << 32);
    }

private:
    static constexpr std::size_t words = 16;
    /// The series of a run advance together, so they need the same few blocks many times.
    static constexpr std::size_t kept = 64;
    struct Block {
        std::uint64_t number = UINT64_MAX;
        std::array<std::uint32_t, words> content{};
    };
    [[nodiscard]] const std::array<std::uint32_t, words>& block(std::uint64_t number);
    std::array<Block, kept> blocks_{};
};

/// Each thread has its own.
[[nodiscard]] ChaChaStream& chacha_stream();

}  // namespace boardgate::data
