// SPDX-License-Identifier: MIT
#include "src/base/clock.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <time.h>

namespace boardgate {

WallTime SystemClock::wall() const { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

BootTime SystemClock::boot() const {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string rfc3339(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
    const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole), millis);
}

std::string in_words(std::chrono::seconds duration) {
    static constexpr std::pair<std::int64_t, const char*> units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    for (const auto& [size, name] : units) {
        const std::int64_t count = duration.count() / size;
        if (count > 0 && duration.count() % size == 0) return fmt::format("{} {}{}", count, name, count == 1 ? "" : "s");
    }
    return "0 seconds";
}

}  // namespace boardgate
