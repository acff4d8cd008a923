// SPDX-License-Identifier: MIT
// The lines of a board's log that are in the journal now. JournalTail delivers the later ones.
#pragma once

#include <optional>
#include <string>

#include "src/journal/entry.h"

namespace boardgate::journal {

class UnitLog {
public:
    /// `unit` must be a board's.
    [[nodiscard]] static Result<UnitLog> open(const std::string& unit);

    /// Moves to the first of the last `lines` lines, at least one.
    [[nodiscard]] Result<void> seek_last(std::uint32_t lines);
    /// Moves to the line after `cursor`, to the first line for an empty one; false if that is not a cursor.
    [[nodiscard]] bool seek_behind(const std::string& cursor);
    /// Nullopt if there is no line now.
    [[nodiscard]] Result<std::optional<wire::LogLine>> next();

private:
    explicit UnitLog(Journal journal) : journal_(std::move(journal)) {}

    Journal journal_;
    bool on_next_ = false;  ///< the journal's position is a line that next() has not returned yet
};

}  // namespace boardgate::journal
