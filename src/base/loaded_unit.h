// SPDX-License-Identifier: MIT
// All properties of a unit, read by one GetAll and so as of one moment (org.freedesktop.systemd1(5)).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "src/base/bus.h"

namespace boardgate {

class LoadedUnit {
public:
    /// No value: systemd has not loaded the unit. An error: systemd did not answer.
    /// Asks GetUnit first: reading a property of a unit that is not loaded loads it, and the signals of that loading and
    /// unloading look like news of the unit.
    [[nodiscard]] static Result<std::optional<LoadedUnit>> read(const Bus& bus, const std::string& unit);

    /// Of type s, or ay as hexadecimal digits, or the first address of a(ss), which is Listen of a socket: `127.0.0.1:16001`.
    /// Empty when the unit has no such property.
    [[nodiscard]] std::string text(const std::string& property) const;
    /// Of type t; no value where systemd says "unknown" or "infinity".
    [[nodiscard]] std::optional<std::uint64_t> counter(const std::string& property) const;
    /// Of type i; 0 when the unit has no such property.
    [[nodiscard]] std::int32_t number(const std::string& property) const;

private:
    using Value = std::variant<std::string, std::uint64_t, std::int32_t>;
    LoadedUnit() = default;
    [[nodiscard]] bool take_property(sd_bus_message* message);
    template <class T>
    [[nodiscard]] const T* find(const std::string& property) const;

    std::map<std::string, Value, std::less<>> properties_;
};

}  // namespace boardgate
