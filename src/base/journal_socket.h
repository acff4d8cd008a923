// SPDX-License-Identifier: MIT
// Sends messages to journald (its native protocol, systemd.io/JOURNAL_NATIVE_PROTOCOL). sd_journal_sendv(3) waits without
// bound while journald takes no messages; this does not.
#pragma once

#include <chrono>
#include <string>

#include "src/base/fd.h"

namespace boardgate {

class JournalSocket {
public:
    static constexpr const char* standard_path = "/run/systemd/journal/socket";
    explicit JournalSocket(std::string path = standard_path) : path_(std::move(path)) {}

    enum class Outcome {
        sent,
        full,     ///< journald has not taken messages for `patience`
        missing,  ///< there is no journal
    };
    /// `message`: lines of NAME=value, without control characters in values.
    [[nodiscard]] Outcome send(const std::string& message, std::chrono::milliseconds patience);

private:
    [[nodiscard]] bool connect();
    std::string path_;
    Fd socket_;
};

}  // namespace boardgate
