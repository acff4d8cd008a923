// SPDX-License-Identifier: MIT
// inih parses the syntax. Debian's build cuts lines at 199 bytes, gives its handler no line number and continues after a
// broken section header. So the reader below counts lines, refuses long ones, and refuses the whole file after any
// syntax error.
#include "src/base/settings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ini.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "src/base/fd.h"

namespace boardgate {

namespace {

constexpr std::size_t longest_line = 190;  // inih r55: INI_MAX_LINE is 200

Result<std::int64_t> number_in(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
        return failure(fmt::format("expected a number from {} to {}", least, most));
    }
    return number;
}

Result<setting::Text> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Text*) { return text; }

Result<setting::Address> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Address*) {
    constexpr std::string_view scheme = "https://";
    if (text.empty()) return setting::Address();
    if (!text.starts_with(scheme) || text.size() == scheme.size() || text.find_first_of("/?#@ ", scheme.size()) != std::string::npos)
        return failure("expected an https address without a path, such as https://lab.example.org");
    return setting::Address(text.c_str());
}

Result<setting::Count> read_value(const std::string& text, std::int64_t least, std::int64_t most, setting::Count*) {
    return number_in(text, least, most);
}

Result<setting::Duration> read_value(const std::string& text, std::int64_t least, std::int64_t most, setting::Duration*) {
    static constexpr std::pair<std::string_view, std::int64_t> units[] = {{"min", 60}, {"s", 1}, {"h", 3600}, {"d", 86400}};
    std::string_view digits = text;
    std::int64_t factor = 1;
    for (const auto& [suffix, seconds] : units) {
        if (!digits.ends_with(suffix)) continue;
        digits.remove_suffix(suffix.size());
        factor = seconds;
        break;
    }
    const auto number = number_in(digits, 0, most / factor);
    if (!number || *number * factor < least) {
        return failure(fmt::format("expected a time from {} s to {} s, such as 90s, 30min, 8h or 7d", least, most));
    }
    return setting::Duration(*number * factor);
}

Result<setting::Flag> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Flag*) {
    if (text == "yes") return true;
    if (text == "no") return false;
    return failure("expected yes or no");
}

Result<setting::Notify> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Notify*) {
    if (text == "off") return setting::Notify::off;
    if (text == "mail") return setting::Notify::mail;
    return failure("expected off or mail");
}

constexpr const char* sharings[] = {"off", "people", "everybody"};  // in the order of setting::Sharing

Result<setting::Sharing> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Sharing*) {
    const auto* const found = std::find(std::begin(sharings), std::end(sharings), text);
    if (found == std::end(sharings)) return failure("expected off, people or everybody");
    return static_cast<setting::Sharing>(found - sharings);
}

constexpr const char* loaders[] = {"auto", "boardgate", "rustboard", "python"};  // in the order of setting::Loader

Result<setting::Loader> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Loader*) {
    const auto* const found = std::find(std::begin(loaders), std::end(loaders), text);
    if (found == std::end(loaders)) return failure("expected auto, boardgate, rustboard or python");
    return static_cast<setting::Loader>(found - loaders);
}

Result<setting::Ports> read_value(const std::string& text, std::int64_t least, std::int64_t most, setting::Ports*) {
    const auto wrong = [&] {
        return failure(fmt::format("expected FIRST-LAST, at least two ports from {} to {}, such as 16000-16999", least, most));
    };
    const std::size_t dash = text.find('-');
    if (dash == std::string::npos) return wrong();
    const auto first = number_in(std::string_view(text).substr(0, dash), least, most);
    const auto last = number_in(std::string_view(text).substr(dash + 1), least, most);
    if (!first || !last || *first >= *last) return wrong();
    return setting::Ports{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

Result<setting::LinkPorts> read_value(const std::string& text, std::int64_t least, std::int64_t most, setting::LinkPorts*) {
    if (text.empty()) return setting::LinkPorts{};
    const auto ports = read_value(text, least, most, static_cast<setting::Ports*>(nullptr));
    if (!ports) return error_of(ports);
    return setting::LinkPorts{*ports};
}

Result<setting::Engines> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Engines*) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const auto first = engine_named(text.substr(0, blank));
    const auto second = engine_named(text.substr(std::min(text.find_first_not_of(' ', blank), text.size())));
    const bool both = blank < text.size();
    if (!first || (both && (!second || *second == *first))) return failure("expected systemd, slurm, or both with a blank between them");
    return setting::Engines{*first, both};
}

/// What Slurm's names, options and paths are made of. No shell reads them.
bool is_plain_word(std::string_view text) {
    constexpr std::string_view known = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._,+@:/=-*";
    return !text.empty() && text.find_first_not_of(known) == std::string_view::npos;
}

Result<setting::Word> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Word*) {
    if (!text.empty() && (!is_plain_word(text) || text.starts_with('-'))) return failure("expected a name without blanks, or nothing");
    return setting::Word(text.c_str());
}

Result<setting::Words> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Words*) {
    setting::Words words;
    for (std::size_t begin = text.find_first_not_of(' '); begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        if (!words.back().starts_with("--") || !is_plain_word(words.back()))
            return failure("expected options of sbatch with blanks between them, each as --name=value");
        begin = text.find_first_not_of(' ', end);
    }
    return words;
}

Result<setting::Folder> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Folder*) {
    if (!text.empty() && (!text.starts_with('/') || !is_plain_word(text))) return failure("expected an absolute path without blanks");
    return setting::Folder(text.c_str());
}

Result<setting::Memory> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Memory*) {
    constexpr std::int64_t most = 1 << 20;
    const bool has_unit = !text.empty() && std::string_view("KMGT").find(text.back()) != std::string_view::npos;
    if (!has_unit || !number_in(std::string_view(text).substr(0, text.size() - 1), 1, most))
        return failure("expected a number with K, M, G or T behind it, such as 2G");
    return setting::Memory(text.c_str());
}

Result<setting::IpAddress> read_value(const std::string& text, std::int64_t, std::int64_t, setting::IpAddress*) {
    if (!text.empty() && !is_ip_address(text)) return failure("expected an IPv4 or IPv6 address");
    return setting::IpAddress(text.c_str());
}

bool is_root(const std::string& text) {
    if (!text.starts_with('/') && text != "~" && !text.starts_with("~/") && !text.starts_with("%h")) return false;
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 2)) {
        if (at + 1 == text.size() || std::string_view("hu%").find(text[at + 1]) == std::string_view::npos) return false;
    }
    return is_utf8(text) && !has_control_character(text);
}

Result<setting::Roots> read_value(const std::string& text, std::int64_t, std::int64_t, setting::Roots*) {
    constexpr std::size_t most = 8;  // the bound of a message
    setting::Roots roots;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(':', begin), text.size());
        roots.push_back(text.substr(begin, end - begin));
        if (!is_root(roots.back()) || roots.size() > most) {
            return failure(fmt::format("expected up to {} absolute folders separated by colons, such as ~:/scratch/%u", most));
        }
        begin = end + 1;
    }
    return roots;
}

std::string print_value(const setting::Text& value) { return value; }
std::string print_value(setting::Count value) { return std::to_string(value); }
std::string print_value(setting::Duration value) { return fmt::format("{}s", value.count()); }
std::string print_value(setting::Flag value) { return value ? "yes" : "no"; }
std::string print_value(setting::Notify value) { return value == setting::Notify::mail ? "mail" : "off"; }
std::string print_value(setting::Loader value) { return loaders[static_cast<std::size_t>(value)]; }
std::string print_value(setting::Sharing value) { return sharings[static_cast<std::size_t>(value)]; }
std::string print_value(const setting::Ports& value) { return fmt::format("{}-{}", value.first, value.last); }
std::string print_value(const setting::LinkPorts& value) {
    return value.first == 0 ? std::string() : fmt::format("{}-{}", value.first, value.last);
}
std::string print_value(const setting::Engines& value) {
    const Engine other = value.first == Engine::slurm ? Engine::systemd : Engine::slurm;
    return value.both ? fmt::format("{} {}", name_of(value.first), name_of(other)) : name_of(value.first);
}
std::string print_value(const setting::Words& value) { return fmt::format("{}", fmt::join(value, " ")); }

std::string print_value(const setting::Roots& value) { return fmt::format("{}", fmt::join(value, ":")); }

bool is_environment_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == std::string_view::npos;
}

constexpr const char* not_a_line = "expected [section], key = value or a comment";

/// Checked before inih, because inih names only the first malformed line.
bool is_a_line(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || line.front() == '#' || line.front() == ';') return true;
    return line.find_first_of(line.front() == '[' ? "]" : "=:") != std::string_view::npos;
}

class Reader {
public:
    Reader(const std::string& text, const std::string& file) : rest_(text), file_(file) {
#define SETTING(name, type, value, least, most, meaning) \
    settings_.name = *read_value(value, least, most, static_cast<setting::type*>(nullptr));
#include "src/base/settings.inc"
#undef SETTING
    }

    tl::expected<Settings, SettingsFaults> read() {
        if (const int status = ini_parse_stream(&next_line, this, &take, this); status != 0) {
            fault(status > 0 ? status : line_, "", not_a_line);
        }
        if (!settings_.environments.contains("default") && faults_.empty()) {
            settings_.environments.emplace("default", "/opt/tensorboard/bin/tensorboard");
        }
        if (faults_.empty() && settings_.engine.allows(Engine::slurm) && settings_.link_address.empty())
            faults_.push_back(file_ + ": engine: boards of slurm need link_address, the address of this server in the cluster's network");
        if (!faults_.empty()) return tl::make_unexpected(std::move(faults_));
        return std::move(settings_);
    }

private:
    static bool is_comment(std::string_view line) {
        const std::size_t first = line.find_first_not_of(" \t");
        return first != std::string_view::npos && (line[first] == '#' || line[first] == ';');
    }

    static char* next_line(char* buffer, int size, void* self) noexcept {
        auto& reader = *static_cast<Reader*>(self);
        if (reader.rest_.empty()) return nullptr;
        ++reader.line_;
        const std::size_t end = std::min(reader.rest_.find('\n'), reader.rest_.size());
        std::string_view line = reader.rest_.substr(0, end);
        reader.rest_.remove_prefix(std::min(end + 1, reader.rest_.size()));
        if (line.size() > longest_line || line.size() + 2 > static_cast<std::size_t>(size)) {
            reader.fault(reader.line_, "", fmt::format("the line is longer than {} bytes", longest_line));
            line = {};
        }
        if (line.find('\0') != std::string_view::npos || (line.find(';') != std::string_view::npos && !is_comment(line))) {
            reader.fault(reader.line_, "", "a value cannot contain ; or a NUL byte; comments need lines of their own");
            line = {};
        }
        if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
            // inih would read it as a continuation of the value above.
            reader.fault(reader.line_, "", "a line cannot begin with white space");
            line = {};
        }
        if (!is_a_line(line)) {
            reader.fault(reader.line_, "", not_a_line);
            line = {};
        }
        std::copy(line.begin(), line.end(), buffer);
        buffer[line.size()] = '\n';
        buffer[line.size() + 1] = '\0';
        return buffer;
    }

    static int take(void* self, const char* section, const char* name, const char* value) noexcept {
        static_cast<Reader*>(self)->key(section, name, value == nullptr ? "" : value);
        return 1;
    }

    void key(const std::string& section, const std::string& name, const std::string& value) {
        const std::string full = section.empty() ? name : section + "." + name;
        if (!seen_.insert(full).second) {
            fault(line_, full, "is given twice");
        } else if (section == "environments") {
            environment(name, value);
        } else if (!section.empty()) {
            fault(line_, full, "there is no such section; expected [environments] or none");
        } else {
            plain(name, value);
        }
    }

    static bool is_key(std::string_view name) {
        constexpr std::string_view keys[] = {
#define SETTING(key, type, standard, least, most, meaning) #key,
#include "src/base/settings.inc"
#undef SETTING
        };
        return std::find(std::begin(keys), std::end(keys), name) != std::end(keys);
    }

    void environment(const std::string& name, const std::string& value) {
        if (!is_environment_name(name)) {
            fault(line_, "environments." + name, "expected a name of letters, digits, dot, dash and underscore");
        } else if (!LogDir::parse(value)) {
            fault(line_, "environments." + name,
                  is_key(name) ? "it must be above [environments]" : "expected the absolute path of a tensorboard program");
        } else {
            settings_.environments[name] = value;
        }
    }

    void plain(const std::string& name, const std::string& value) {
#define SETTING(key, type, standard, least, most, meaning)                                \
    if (name == #key) {                                                                   \
        auto read = read_value(value, least, most, static_cast<setting::type*>(nullptr)); \
        if (read) {                                                                       \
            settings_.key = *std::move(read);                                             \
        } else {                                                                          \
            fault(line_, name, fmt::format("got \"{}\", {}", value, read.error().what));  \
        }                                                                                 \
        return;                                                                           \
    }
#include "src/base/settings.inc"
#undef SETTING
        fault(line_, name, "there is no such key; see boardgate.conf(5)");
    }

    void fault(int line, const std::string& key, const std::string& what) {
        faults_.push_back(fmt::format("{}:{}: {}{}", file_, line, key.empty() ? "" : key + ": ", what));
    }

    std::string_view rest_;
    std::string file_;
    int line_ = 0;
    Settings settings_;
    std::set<std::string> seen_;
    SettingsFaults faults_;
};

}  // namespace

tl::expected<Settings, SettingsFaults> parse_settings(const std::string& text, const std::string& file) {
    return Reader(text, file).read();
}

tl::expected<Settings, SettingsFaults> read_settings(const std::string& file) {
    const auto refuse = [&](const std::string& what) { return tl::make_unexpected(SettingsFaults{file + ": " + what}); };
    const Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));  // never wait for a pipe
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0) return refuse(std::strerror(errno));
    if (!S_ISREG(info.st_mode)) return refuse("is not a regular file");
    if (info.st_uid != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return refuse("accounts other than root can write it; chown it to root:root and chmod it to 0644");
    }
    if (info.st_size > 1 << 20) return refuse("is larger than 1 MiB");
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = read(fd.get(), buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(got));
    if (got < 0) return refuse(std::strerror(errno));
    return parse_settings(text, file);
}

std::string print_settings(const Settings& settings) {
    std::string out;
#define SETTING(name, type, value, least, most, meaning) out += fmt::format("{} = {}\n", #name, print_value(settings.name));
#include "src/base/settings.inc"
#undef SETTING
    out += "\n[environments]\n";
    for (const auto& [name, path] : settings.environments) out += fmt::format("{} = {}\n", name, path);
    return out;
}

}  // namespace boardgate
