// SPDX-License-Identifier: MIT
// Serves all readers of boards' logs in one thread. Only boardgated may connect.
#pragma once

#include <poll.h>

#include <list>
#include <optional>
#include <vector>

#include "src/base/fd.h"
#include "src/journal/journal_tail.h"
#include "src/journal/log_reader.h"

namespace boardgate::journal {

class LogServer {
public:
    /// Further connections are closed. boardgated shares them among people.
    static constexpr std::size_t most_readers = 512;
    /// Without a reader the program ends after this time; systemd keeps the socket and starts it again.
    static constexpr std::chrono::seconds longest_idle{60};

    /// `listening` becomes non-blocking; `boardgated` is the uid that may connect.
    LogServer(Fd listening, uid_t boardgated);
    /// Returns after longest_idle, or when `ending` is readable. An error when the journal cannot be read.
    [[nodiscard]] Result<void> serve(const Fd& ending);

private:
    void accept();
    void handle(LogReader& reader, short happened);
    [[nodiscard]] Result<void> read_tail();
    [[nodiscard]] Result<void> read_logs();
    [[nodiscard]] int milliseconds_to_wait() const;

    Fd listening_;
    uid_t boardgated_;
    std::list<LogReader> readers_;
    std::optional<JournalTail> tail_;  ///< while somebody follows
};

}  // namespace boardgate::journal
