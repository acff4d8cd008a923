// SPDX-License-Identifier: MIT
// Sends log messages from a thread of its own, so that no other thread waits for journald. The queue is bounded: messages
// that do not fit are dropped, and their number is logged when journald takes messages again.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "src/base/journal_socket.h"
#include "src/base/lock_guarded.h"

namespace boardgate {

class BackgroundLog {
public:
    static constexpr std::size_t most_waiting = 2000;

    /// `dropped` gives the message for a number of dropped ones.
    BackgroundLog(JournalSocket journal, std::function<std::string(std::size_t)> dropped, std::size_t most = most_waiting);
    BackgroundLog(const BackgroundLog&) = delete;
    BackgroundLog& operator=(const BackgroundLog&) = delete;
    /// Waits a second for the messages that are queued.
    ~BackgroundLog();

    void add(std::string message);

private:
    struct Waiting {
        std::deque<std::string> messages{};
        std::size_t dropped = 0;
        bool ending = false;
    };
    void run();
    /// The next message; empty when there will be none.
    [[nodiscard]] std::string next();

    JournalSocket journal_;
    const std::function<std::string(std::size_t)> dropped_;
    const std::size_t most_;
    LockGuarded<Waiting> waiting_;
    std::condition_variable_any changed_;
    std::thread thread_;
};

}  // namespace boardgate
