// SPDX-License-Identifier: MIT
// The client of boardgate-journal: the log of a board's unit. The caller has checked that the person may see it.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/base/names.h"
#include "src/wire/messages.h"

namespace boardgate::boardgated {

class JournalClient {
public:
    static constexpr const char* socket_path = "/run/boardgate-root/journal.sock";
    /// The bounds of one response; also in bytes, because a line can have any length.
    static constexpr std::uint32_t most_lines = 5000;
    static constexpr std::size_t most_bytes = 2 << 20;

    explicit JournalClient(std::string path = socket_path) : path_(std::move(path)) {}

    /// The last lines, oldest first. Returns within a time limit.
    [[nodiscard]] Result<std::deque<wire::LogLine>> last_lines(const UnitName& unit, std::uint32_t lines) const;
    /// A connection that delivers LogLine messages: the last `lines`, or the lines after the cursor `after`; then each new line.
    [[nodiscard]] Result<Fd> follow(const UnitName& unit, const std::string& after, std::uint32_t lines) const;

private:
    [[nodiscard]] Result<Fd> ask(wire::ReadLog question) const;
    std::string path_;
};

}  // namespace boardgate::boardgated
