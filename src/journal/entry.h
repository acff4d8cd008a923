// SPDX-License-Identifier: MIT
// One entry of the journal (sd-journal(3)): which board's log has it, and the line that a person sees.
#pragma once

#include <systemd/sd-journal.h>

#include <memory>
#include <string>
#include <string_view>

#include "src/base/error.h"
#include "src/wire/messages.h"

namespace boardgate::journal {

struct CloseJournal {
    void operator()(sd_journal* journal) const { sd_journal_close(journal); }
};
using Journal = std::unique_ptr<sd_journal, CloseJournal>;

[[nodiscard]] Result<Journal> open_journal();

/// Whether a unit is a board's: exactly `tensorboard-<user>-<id>.service`.
[[nodiscard]] bool is_board_service(std::string_view unit);

/// Limits the journal to the log of the unit: the output of its processes, systemd's messages about it, and journald's
/// about dropped lines.
[[nodiscard]] Result<void> match_unit(sd_journal* journal, const std::string& unit);
/// The board's unit whose log has the current entry, by the same rule; empty: no board's.
[[nodiscard]] std::string board_unit_here(sd_journal* journal);

[[nodiscard]] wire::LogLine line_here(sd_journal* journal);
[[nodiscard]] std::string cursor_here(sd_journal* journal);

/// A message that is safe to show: UTF-8, no control characters but tab and line feed, at most `longest` bytes.
[[nodiscard]] std::string shown(std::string_view message, std::size_t longest = wire::longest::log_line);

}  // namespace boardgate::journal
