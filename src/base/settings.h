// SPDX-License-Identifier: MIT
// boardgate.conf(5) read into a value: all of it is right, or there are no settings at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate {

namespace setting {
using Text = std::string;
/// `https://host[:port]`, or empty.
struct Address : std::string {
    using std::string::string;
};
using Count = std::int64_t;
using Duration = std::chrono::seconds;
/// yes or no.
using Flag = bool;
/// Folders, each beginning with `/`, `~` or `%h`; `%h`, `%u` and `%%` in them are not expanded yet.
using Roots = std::vector<std::string>;
/// How a board's failure is told to its owner beside the page.
enum class Notify { off, mail };
/// A closed range of ports.
struct Ports {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    [[nodiscard]] bool holds(std::uint16_t port) const { return port >= first && port <= last; }
    friend bool operator==(const Ports&, const Ports&) = default;
};
}  // namespace setting

struct Settings {
#define SETTING(name, type, value, least, most, meaning) setting::type name{};
#include "src/base/settings.inc"
#undef SETTING
    /// `[environments]`: name of an environment and the absolute path of its `tensorboard` program.
    /// `default` is what boards use that name none.
    std::map<std::string, std::string> environments;

    /// The first port of the range, where boardgate-doorcheck listens; never a door.
    [[nodiscard]] std::uint16_t probe_port() const { return door_ports.first; }
    /// May a door stand on this port?
    [[nodiscard]] bool is_door_port(std::uint16_t port) const { return port > door_ports.first && port <= door_ports.last; }
};

/// Every fault of the file, each as `file:line: key: what is wrong, expected what`.
using SettingsFaults = std::vector<std::string>;

inline constexpr const char* settings_path = "/etc/boardgate/boardgate.conf";

/// The settings in `text`; what is not in it has its default. `file` is used in messages only.
[[nodiscard]] tl::expected<Settings, SettingsFaults> parse_settings(const std::string& text, const std::string& file);
/// Reads the file; refuses one that anybody but root can write. A missing file is a fault, too.
[[nodiscard]] tl::expected<Settings, SettingsFaults> read_settings(const std::string& file = settings_path);
/// `key = value` lines, as they are in force; parse_settings() reads them back to the same value.
[[nodiscard]] std::string print_settings(const Settings& settings);

}  // namespace boardgate
