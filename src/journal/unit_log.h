// SPDX-License-Identifier: MIT
// The log of one board's unit in the journal: what its processes said, and what systemd said about it.
#pragma once

#include <systemd/sd-journal.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/error.h"
#include "src/wire/messages.h"

namespace boardgate::journal {

/// `tensorboard-<user>-<id>.service` as boardgate names it, and nothing else.
[[nodiscard]] bool is_board_service(std::string_view unit);

/// A message as it may be shown: UTF-8, no control characters but tab and line feed, at most `longest` bytes.
[[nodiscard]] std::string shown(std::string_view message, std::size_t longest = wire::longest::log_line);

class UnitLog {
public:
    /// `unit` must be a board's.
    [[nodiscard]] static Result<UnitLog> open(const std::string& unit);

    /// Readable when next() may have something new.
    [[nodiscard]] Result<int> fd();
    /// To be called when it is readable.
    void process();

    /// The next line is the first of the last `lines`.
    [[nodiscard]] Result<void> seek_last(std::uint32_t lines);
    /// The next line is the one behind `cursor`; false when that is no cursor.
    [[nodiscard]] bool seek_behind(const std::string& cursor);
    /// Nothing when there is none now.
    [[nodiscard]] Result<std::optional<wire::LogLine>> next();

private:
    struct Close {
        void operator()(sd_journal* journal) const { sd_journal_close(journal); }
    };
    explicit UnitLog(sd_journal* journal) : journal_(journal) {}
    [[nodiscard]] std::string field(const char* name) const;
    [[nodiscard]] wire::LogLine line_here() const;

    std::unique_ptr<sd_journal, Close> journal_;
    bool on_next_ = false;  ///< the journal stands on a line that next() has not given yet
};

}  // namespace boardgate::journal
