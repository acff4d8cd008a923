// SPDX-License-Identifier: MIT
// The log of a board's unit, asked of boardgate-journal. Whether the asker may see it was decided before.
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
    /// Most lines that are given at once, and most bytes of them: a board may write lines of any length.
    static constexpr std::uint32_t most_lines = 5000;
    static constexpr std::size_t most_bytes = 2 << 20;

    explicit JournalClient(std::string path = socket_path) : path_(std::move(path)) {}

    /// The last lines, oldest first; bounded in time.
    [[nodiscard]] Result<std::deque<wire::LogLine>> last_lines(const UnitName& unit, std::uint32_t lines) const;
    /// A connection that delivers LogLine messages: the last `lines`, or what is behind the cursor `after`, and
    /// then new ones as they come.
    [[nodiscard]] Result<Fd> follow(const UnitName& unit, const std::string& after, std::uint32_t lines) const;

private:
    [[nodiscard]] Result<Fd> ask(wire::ReadLog question) const;
    std::string path_;
};

}  // namespace boardgate::boardgated
