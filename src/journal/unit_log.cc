// SPDX-License-Identifier: MIT
#include "src/journal/unit_log.h"

#include <utility>

namespace boardgate::journal {

Result<UnitLog> UnitLog::open(const std::string& unit) {
    if (!is_board_service(unit)) return failure("not a board's unit", unit);
    auto journal = open_journal();
    if (!journal) return error_of(journal);
    if (const auto matched = match_unit(journal->get(), unit); !matched) return error_of(matched);
    return UnitLog(*std::move(journal));
}

Result<void> UnitLog::seek_last(std::uint32_t lines) {
    int status = sd_journal_seek_tail(journal_.get());
    if (status >= 0) status = sd_journal_previous_skip(journal_.get(), lines);
    on_next_ = status > 0;
    // The log is empty: after seek_tail alone, systemd 252 would miss new lines.
    if (status == 0) status = sd_journal_seek_head(journal_.get());
    if (status < 0) return system_error("cannot find the end of the journal", {}, -status);
    return {};
}

bool UnitLog::seek_behind(const std::string& cursor) {
    on_next_ = false;
    if (cursor.empty()) return sd_journal_seek_head(journal_.get()) >= 0;
    if (sd_journal_seek_cursor(journal_.get(), cursor.c_str()) < 0) return false;
    if (sd_journal_next(journal_.get()) > 0) on_next_ = sd_journal_test_cursor(journal_.get(), cursor.c_str()) <= 0;
    return true;
}

Result<std::optional<wire::LogLine>> UnitLog::next() {
    if (!std::exchange(on_next_, false)) {
        const int status = sd_journal_next(journal_.get());
        if (status < 0) return system_error("cannot read the journal", {}, -status);
        if (status == 0) return std::optional<wire::LogLine>{};
    }
    return std::optional<wire::LogLine>(line_here(journal_.get()));
}

}  // namespace boardgate::journal
