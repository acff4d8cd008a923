// SPDX-License-Identifier: MIT
// The log of a board's unit in the journal: the output of its processes, and systemd's messages about it.
#pragma once

#include <systemd/sd-journal.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/error.h"
#include "src/wire/messages.h"

namespace boardgate::journal {

/// Whether a unit is a board's: exactly `tensorboard-<user>-<id>.service`.
[[nodiscard]] bool is_board_service(std::string_view unit);

/// A message that is safe to show: UTF-8, no control characters but tab and line feed, at most `longest` bytes.
[[nodiscard]] std::string shown(std::string_view message, std::size_t longest = wire::longest::log_line);

class UnitLog {
public:
    /// `unit` must be a board's.
    [[nodiscard]] static Result<UnitLog> open(const std::string& unit);

    /// Readable if next() may return a new line.
    [[nodiscard]] Result<int> fd();
    /// Call it when the descriptor is readable.
    void process();

    /// Moves to the first of the last `lines` lines.
    [[nodiscard]] Result<void> seek_last(std::uint32_t lines);
    /// Moves to the line after `cursor`; false if that is not a cursor.
    [[nodiscard]] bool seek_behind(const std::string& cursor);
    /// Nullopt if there is no line now.
    [[nodiscard]] Result<std::optional<wire::LogLine>> next();

private:
    struct Close {
        void operator()(sd_journal* journal) const { sd_journal_close(journal); }
    };
    explicit UnitLog(sd_journal* journal) : journal_(journal) {}
    [[nodiscard]] std::string field(const char* name) const;
    [[nodiscard]] wire::LogLine line_here() const;

    std::unique_ptr<sd_journal, Close> journal_;
    bool on_next_ = false;  ///< the journal's position is a line that next() has not returned yet
};

}  // namespace boardgate::journal
