// SPDX-License-Identifier: MIT
// One GET request to TensorBoard on loopback, in steps that never wait.
#pragma once

#include <poll.h>

#include <cstdint>
#include <string>

#include "src/base/clock.h"
#include "src/base/fd.h"

namespace boardgate::board {

class HttpProbe {
public:
    enum class Step { waits, answered, failed };

    /// The first request is due after `first_pause`. A request without an answer after `longest_answer` has failed.
    HttpProbe(const Clock& clock, std::uint16_t port, const std::string& path, std::chrono::nanoseconds first_pause,
              std::chrono::nanoseconds longest_answer);

    /// The descriptor and events for poll(2); -1 without a request in progress.
    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] short events() const { return sent_ ? POLLIN : POLLOUT; }
    [[nodiscard]] std::chrono::milliseconds patience() const;
    /// Starts the request if it is due, and continues it as far as possible. After `answered` or `failed`, set when the
    /// next one is due.
    [[nodiscard]] Step advance();
    void set_next(std::chrono::nanoseconds pause) { next_ = clock_.boot() + pause; }

    /// The last answer: its status, and the kept part of header and body.
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] const std::string& answer() const { return answer_; }

private:
    void start();
    [[nodiscard]] Step progress();

    const Clock& clock_;
    std::uint16_t port_;
    std::string request_;
    std::chrono::nanoseconds longest_answer_;
    BootTime next_;  ///< when the next request is due, or the present one fails
    Fd socket_;
    bool sent_ = false;
    int status_ = 0;
    std::string answer_;
};

}  // namespace boardgate::board
