// SPDX-License-Identifier: MIT
#include "src/journal/unit_log.h"

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

Result<UnitLog> UnitLog::open(const std::string& unit) {
    if (!is_board_service(unit)) return failure("not a board's unit", unit);
    sd_journal* opened = nullptr;
    // Not only SYSTEM: a person's processes log to that person's own journal file.
    if (const int status = sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY); status < 0) {
        return system_error("cannot open the journal", {}, -status);
    }
    UnitLog log(opened);
    (void)sd_journal_set_data_threshold(opened, wire::longest::log_line + 64);
    // Filter only by fields that nobody can forge, so that nobody can add a line to another's log: those with an underscore,
    // UNIT= from process 1, and journald's own messages about dropped lines.
    const std::string by_unit = "_SYSTEMD_UNIT=" + unit;
    const std::string about_unit = "UNIT=" + unit;
    int status = sd_journal_add_match(opened, by_unit.data(), by_unit.size());
    if (status >= 0) status = sd_journal_add_disjunction(opened);
    if (status >= 0) status = sd_journal_add_match(opened, "_PID=1", 0);
    if (status >= 0) status = sd_journal_add_match(opened, about_unit.data(), about_unit.size());
    const std::string about_process = "OBJECT_SYSTEMD_UNIT=" + unit;
    if (status >= 0) status = sd_journal_add_disjunction(opened);
    if (status >= 0) status = sd_journal_add_match(opened, "_TRANSPORT=driver", 0);
    if (status >= 0) status = sd_journal_add_match(opened, about_process.data(), about_process.size());
    if (status < 0) return system_error("cannot filter the journal", {}, -status);
    return log;
}

Result<int> UnitLog::fd() {
    const int fd = sd_journal_get_fd(journal_.get());
    if (fd < 0) return system_error("cannot follow the journal", {}, -fd);
    return fd;
}

void UnitLog::process() { (void)sd_journal_process(journal_.get()); }

Result<void> UnitLog::seek_last(std::uint32_t lines) {
    int status = sd_journal_seek_tail(journal_.get());
    if (status >= 0 && lines > 0) status = sd_journal_previous_skip(journal_.get(), lines);
    on_next_ = status > 0 && lines > 0;
    // The log is empty: after seek_tail alone, systemd 252 would miss new lines.
    if (status == 0 && lines > 0) status = sd_journal_seek_head(journal_.get());
    // Skip the existing lines: move to the last one and treat it as returned.
    if (status >= 0 && lines == 0) status = sd_journal_previous(journal_.get());
    if (status < 0) return system_error("cannot find the end of the journal", {}, -status);
    return {};
}

bool UnitLog::seek_behind(const std::string& cursor) {
    if (sd_journal_seek_cursor(journal_.get(), cursor.c_str()) < 0) return false;
    on_next_ = false;
    if (sd_journal_next(journal_.get()) > 0) on_next_ = sd_journal_test_cursor(journal_.get(), cursor.c_str()) <= 0;
    return true;
}

std::string UnitLog::field(const char* name) const {
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal_.get(), name, &data, &size) < 0) return {};
    const std::string_view whole(static_cast<const char*>(data), size);
    return std::string(whole.substr(std::min(whole.find('=') + 1, size)));
}

wire::LogLine UnitLog::line_here() const {
    wire::LogLine line;
    std::uint64_t time = 0;
    char* cursor = nullptr;
    if (sd_journal_get_realtime_usec(journal_.get(), &time) >= 0) line.time = static_cast<std::int64_t>(time);
    if (sd_journal_get_cursor(journal_.get(), &cursor) >= 0) line.cursor = std::string(cursor).substr(0, wire::longest::cursor);
    std::free(cursor);
    line.text = shown(field("MESSAGE"));
    line.invocation = field("_SYSTEMD_INVOCATION_ID");
    // Messages of process 1 and journald about a unit have their own invocation id, not the unit's.
    if (field("_PID") == "1") line.invocation = field("INVOCATION_ID");
    if (field("_TRANSPORT") == "driver") line.invocation.clear();
    if (line.invocation.size() != wire::longest::invocation) line.invocation.clear();
    return line;
}

Result<std::optional<wire::LogLine>> UnitLog::next() {
    if (!std::exchange(on_next_, false)) {
        const int status = sd_journal_next(journal_.get());
        if (status < 0) return system_error("cannot read the journal", {}, -status);
        if (status == 0) return std::optional<wire::LogLine>{};
    }
    return std::optional<wire::LogLine>(line_here());
}

}  // namespace boardgate::journal
