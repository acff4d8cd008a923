// SPDX-License-Identifier: MIT
// One connection that reads the log of a board: first what is in the journal, then, if it follows, what comes.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <string>

#include "src/base/fd.h"
#include "src/wire/messages.h"

namespace boardgate::journal {

class LogReader {
public:
    /// The reader must send its question within this time.
    static constexpr std::chrono::seconds patience{5};
    static constexpr std::uint32_t most_lines = 5000;
    /// Lines read at a time, so that a long log delays no other reader.
    static constexpr std::size_t chunk = 500;
    /// A reader that is further behind is dropped. boardgated's readers come back with the cursor of their last line.
    static constexpr std::size_t most_unsent_bytes = 2 << 20;

    /// A connected, non-blocking socket.
    explicit LogReader(Fd socket) : socket_(std::move(socket)), deadline_(std::chrono::steady_clock::now() + patience) {}

    [[nodiscard]] int fd() const { return socket_.get(); }
    /// What poll(2) should wait for.
    [[nodiscard]] short events() const;
    [[nodiscard]] bool has_ended() const { return ended_; }
    [[nodiscard]] bool awaits_question() const { return !question_; }
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return deadline_; }
    /// The followed unit; empty while lines that are in the journal already are being sent.
    [[nodiscard]] std::string followed() const { return follows_ ? question_->unit : std::string(); }
    /// Older lines are to be read, and the reader has taken those before.
    [[nodiscard]] bool needs_chunk() const { return question_ && !follows_ && !ended_ && unsent_.empty(); }

    /// Something arrived: the question, or the end.
    void receive();
    void end() { ended_ = true; }
    /// Reads the next lines. True at the end of the log, if the reader wants to follow: call follow() then.
    [[nodiscard]] bool read_chunk();
    /// A new line of the followed unit.
    void add(const wire::LogLine& line);
    /// The tail has passed all lines that were in the journal when the reader began to follow.
    void forget_read_lines() { read_before_.clear(); }
    /// Joins the tail, which has been read to its end before. Lines of the gap are read here, and not sent twice.
    void follow();
    /// Sends as much as the socket takes.
    void flush();

private:
    [[nodiscard]] Result<bool> read_lines();
    void queue(wire::LogLine line);

    Fd socket_;
    std::chrono::steady_clock::time_point deadline_;
    std::optional<wire::ReadLog> question_;
    bool follows_ = false;
    bool ended_ = false;
    bool ends_when_sent_ = false;
    std::optional<std::string> cursor_;                ///< of the last line read; nullopt before the first chunk
    std::uint64_t left_ = UINT64_MAX;                  ///< lines that are still wanted
    std::set<std::string> read_before_;                ///< cursors of lines that the tail will deliver, too
    std::deque<std::optional<wire::LogLine>> unsent_;  ///< nullopt: LogEnd
    std::size_t unsent_bytes_ = 0;
};

}  // namespace boardgate::journal
