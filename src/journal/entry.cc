// SPDX-License-Identifier: MIT
#include "src/journal/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "src/base/control_sequences.h"
#include "src/base/names.h"

namespace boardgate::journal {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// The length in bytes of the UTF-8 character at the start of `text`; 0 if it is malformed.
std::size_t character_size(std::string_view text) {
    for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
        if (is_utf8(text.substr(0, size))) return size;
    }
    return 0;
}

}  // namespace

bool is_board_service(std::string_view unit) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.\\-";
    return unit.ends_with(".service") && UnitName::board_of(unit) && unit.find_first_not_of(allowed) == std::string_view::npos &&
           std::count(unit.begin(), unit.end(), '-') == 2 && unit.find("--") == std::string_view::npos;
}

std::string shown(std::string_view message, std::size_t longest) {
    // A progress bar rewrites its line; a terminal shows the last text.
    while (message.ends_with('\r')) message.remove_suffix(1);
    if (const std::size_t last = message.rfind('\r'); last != std::string_view::npos) message.remove_prefix(last + 1);
    std::string out;
    while (!message.empty()) {
        if (const std::size_t colour = colour_sequence(message); colour > 0 && out.size() + colour <= longest) {
            out += message.substr(0, colour);
            message.remove_prefix(colour);
            continue;
        }
        if (const std::size_t control = control_sequence(message); control > 0) {
            message.remove_prefix(control);
            continue;
        }
        const std::size_t size = character_size(message);
        const std::string_view character = message.substr(0, std::max<std::size_t>(size, 1));
        const bool good = size > 0 && (!has_control_character(character) || character == "\t" || character == "\n");
        const std::string_view shown = good ? character : replacement;
        if (out.size() + shown.size() > longest) break;
        out += shown;
        message.remove_prefix(character.size());
    }
    return out;
}

namespace {

/// A field that names a unit, and the field that must stand beside it, because anybody could have written the first.
struct UnitField {
    const char* name;
    const char* guard;  ///< empty: none is needed
};
/// Fields with an underscore are journald's own (systemd.journal-fields(7)): nobody can add a line to another's log.
constexpr std::array unit_fields = {
    UnitField{"_SYSTEMD_UNIT", ""},                         // the output of its processes
    UnitField{"UNIT", "_PID=1"},                            // systemd's messages about it
    UnitField{"OBJECT_SYSTEMD_UNIT", "_TRANSPORT=driver"},  // journald's own, about dropped lines
};

/// The value of a field of the current entry, valid until the next call; empty if it has none.
std::string_view field(sd_journal* journal, const char* name) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal, name, &data, &size) < 0) return {};
    const std::string_view whole(static_cast<const char*>(data), size);
    return whole.substr(std::min(whole.find('=') + 1, size));
}

bool has(sd_journal* journal, std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    return field(journal, std::string(assignment.substr(0, equals)).c_str()) == assignment.substr(equals + 1);
}

}  // namespace

Result<Journal> open_journal() {
    sd_journal* opened = nullptr;
    // Not only SYSTEM: a person's processes log to that person's own journal file.
    if (const int status = sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY); status < 0) {
        return system_error("cannot open the journal", {}, -status);
    }
    (void)sd_journal_set_data_threshold(opened, wire::longest::log_line + 64);
    return Journal(opened);
}

Result<void> match_unit(sd_journal* journal, const std::string& unit) {
    for (const UnitField& of : unit_fields) {
        const std::string names_unit = fmt::format("{}={}", of.name, unit);
        int status = sd_journal_add_disjunction(journal);
        if (status >= 0) status = sd_journal_add_match(journal, names_unit.data(), names_unit.size());
        if (status >= 0 && *of.guard != '\0') status = sd_journal_add_match(journal, of.guard, 0);
        if (status < 0) return system_error("cannot filter the journal", {}, -status);
    }
    return {};
}

std::string board_unit_here(sd_journal* journal) {
    for (const UnitField& of : unit_fields) {
        std::string unit(field(journal, of.name));
        if (is_board_service(unit) && (*of.guard == '\0' || has(journal, of.guard))) return unit;
    }
    return {};
}

wire::LogLine line_here(sd_journal* journal) {
    wire::LogLine line;
    std::uint64_t time = 0;
    if (sd_journal_get_realtime_usec(journal, &time) >= 0) line.time = static_cast<std::int64_t>(time);
    line.cursor = cursor_here(journal);
    line.text = shown(field(journal, "MESSAGE"));
    line.invocation = field(journal, "_SYSTEMD_INVOCATION_ID");
    // Messages of process 1 and journald about a unit have their own invocation id, not the unit's.
    if (has(journal, "_PID=1")) line.invocation = field(journal, "INVOCATION_ID");
    if (has(journal, "_TRANSPORT=driver")) line.invocation.clear();
    if (line.invocation.size() != wire::longest::invocation) line.invocation.clear();
    return line;
}

std::string cursor_here(sd_journal* journal) {
    char* text = nullptr;
    if (sd_journal_get_cursor(journal, &text) < 0) return {};
    const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
    return std::string(text).substr(0, wire::longest::cursor);
}

}  // namespace boardgate::journal
