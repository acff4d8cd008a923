// SPDX-License-Identifier: MIT
// boardgate.conf(5) as a value. A file with an error yields no settings at all.
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
/// Folders, each starting with `/`, `~` or `%h`; `%h`, `%u` and `%%` in them are not expanded yet.
using Roots = std::vector<std::string>;
/// How the owner is notified of a failed board, in addition to the page.
enum class Notify { off, mail };
/// What reads event files for TensorBoard, unless a board's options say otherwise.
enum class Loader { automatic, boardgate, rustboard, python };
/// To whom people may show their boards: to nobody, to users and groups, or also to everybody who can log in.
enum class Sharing { off, people, everybody };
/// Which engines the site has, and which of them runs a board whose owner chose none.
struct Engines {
    Engine first = Engine::systemd;
    bool both = false;
    [[nodiscard]] bool allows(Engine engine) const { return both || engine == first; }
    /// The site may have taken the wanted one away.
    [[nodiscard]] Engine usable(Engine wanted) const { return allows(wanted) ? wanted : first; }
};
/// Of letters, digits and `._,+@:/=-`, not beginning with a dash; may be empty.
struct Word : std::string {
    using std::string::string;
};
/// Options of a program, each beginning with `--`.
struct Words : std::vector<std::string> {};
/// An absolute path, or empty.
struct Folder : std::string {
    using std::string::string;
};
/// A number with K, M, G or T behind it.
struct Memory : std::string {
    using std::string::string;
};
/// Of IPv4 or IPv6, or empty.
struct IpAddress : std::string {
    using std::string::string;
};
/// A closed range of ports.
struct Ports {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    [[nodiscard]] bool holds(std::uint16_t port) const { return port >= first && port <= last; }
    friend bool operator==(const Ports&, const Ports&) = default;
};
/// Of which both are 0 where any port will do.
struct LinkPorts : Ports {};
}  // namespace setting

struct Settings {
#define SETTING(name, type, value, least, most, meaning) setting::type name{};
#include "src/base/settings.inc"
#undef SETTING
    /// `[environments]`: name of an environment and the absolute path of its `tensorboard` program.
    /// Boards without a choice use `default`.
    std::map<std::string, std::string> environments;

    /// The first port of the range, where boardgate-doorcheck listens; never a door.
    [[nodiscard]] std::uint16_t probe_port() const { return door_ports.first; }
    /// Whether a door may have this port.
    [[nodiscard]] bool is_door_port(std::uint16_t port) const { return port > door_ports.first && port <= door_ports.last; }
};

/// The errors of the file, each as `file:line: key: got what, expected what`.
using SettingsFaults = std::vector<std::string>;

inline constexpr const char* settings_path = "/etc/boardgate/boardgate.conf";

/// The settings in `text`; absent keys have their defaults. `file` is for messages only.
[[nodiscard]] tl::expected<Settings, SettingsFaults> parse_settings(const std::string& text, const std::string& file);
/// Reads the file; refuses it if anybody but root can write it. A missing file is an error, too.
[[nodiscard]] tl::expected<Settings, SettingsFaults> read_settings(const std::string& file = settings_path);
/// `key = value` lines of all settings; parse_settings() reads them back to the same value.
[[nodiscard]] std::string print_settings(const Settings& settings);

}  // namespace boardgate
