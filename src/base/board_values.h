// SPDX-License-Identifier: MIT
// The values of a board's options that cross a boundary: boardgated checks what a person sends, the launcher checks what
// boardgated sends, boardgate-board what the launcher writes. All three use these types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate {

/// A number from `least_number` to `most_number`; `Option` tells the types apart.
template <class Option, std::int64_t least_number, std::int64_t most_number>
class OptionNumber {
public:
    static constexpr std::int64_t least = least_number;
    static constexpr std::int64_t most = most_number;

    [[nodiscard]] static Result<OptionNumber> parse(std::int64_t number) {
        if (number < least || number > most) return failure("a number is out of range", std::to_string(number));
        return OptionNumber(number);
    }
    [[nodiscard]] std::int64_t number() const { return number_; }

private:
    explicit OptionNumber(std::int64_t number) : number_(number) {}
    std::int64_t number_;
};

/// The share of the processor, relative to other boards (CPUWeight=).
using Priority = OptionNumber<struct PriorityOption, 1, 100>;
/// Seconds between TensorBoard's reloads; 0 loads once.
using ReloadInterval = OptionNumber<struct ReloadIntervalOption, 0, 86400>;
/// Seconds without traffic until a board sleeps; at most a year.
using IdleSleep = OptionNumber<struct IdleSleepOption, 1, 31536000>;
/// Seconds until a board sleeps even when it is used; 0: no limit.
using LongestAwake = OptionNumber<struct LongestAwakeOption, 0, 31536000>;

/// TensorBoard's --samples_per_plugin: `images=100,scalars=500`. Empty: TensorBoard's defaults.
class Samples {
public:
    static constexpr std::size_t longest = 200;

    [[nodiscard]] static Result<Samples> parse(std::string_view text);
    [[nodiscard]] const std::string& str() const { return text_; }

private:
    explicit Samples(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace boardgate
