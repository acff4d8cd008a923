// SPDX-License-Identifier: MIT
// New entries of the journal, for all followers of logs together. It reads every entry of the machine: one lookup each costs
// less than a filter for each followed unit.
#pragma once

#include "src/journal/entry.h"

namespace boardgate::journal {

class JournalTail {
public:
    /// Begins behind the newest entry.
    [[nodiscard]] static Result<JournalTail> open();

    /// Readable when new entries may be there. On some file systems the journal cannot notify (sd_journal_get_fd(3)).
    [[nodiscard]] int fd() const { return fd_; }
    /// Call it when the descriptor is readable.
    void process() { (void)sd_journal_process(journal_.get()); }

    /// Moves to the next entry; false if there is none now.
    [[nodiscard]] Result<bool> advance();
    /// Of the current entry.
    [[nodiscard]] std::string board_unit() const { return board_unit_here(journal_.get()); }
    [[nodiscard]] wire::LogLine line() const { return line_here(journal_.get()); }

private:
    JournalTail(Journal journal, int fd) : journal_(std::move(journal)), fd_(fd) {}

    Journal journal_;
    int fd_;  ///< of the journal
};

}  // namespace boardgate::journal
