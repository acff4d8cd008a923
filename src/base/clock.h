// SPDX-License-Identifier: MIT
// The time, behind one interface, so that tests can move it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace boardgate {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// Time since boot: includes suspend, never jumps (CLOCK_BOOTTIME).
using BootTime = std::chrono::nanoseconds;

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime wall() const = 0;
    [[nodiscard]] virtual BootTime boot() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override;
    [[nodiscard]] BootTime boot() const override;
};

/// RFC 3339 in UTC with milliseconds: `2026-11-21T09:30:00.125Z`.
[[nodiscard]] std::string rfc3339(WallTime time);
/// Reads `2026-11-21T09:30:00Z`, with or without a fraction of a second; in UTC only.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text);
/// "90 seconds", "30 minutes", "2 hours", "7 days": in the largest unit that divides the time.
[[nodiscard]] std::string in_words(std::chrono::seconds duration);

}  // namespace boardgate
