// SPDX-License-Identifier: MIT
// Asks TensorBoard over HTTP until it answers 200. The line it prints is no sign: it comes too early, and in one
// case just before the end.
#pragma once

#include <cstdint>
#include <string>

#include "src/base/clock.h"
#include "src/base/fd.h"

namespace boardgate::board {

class Readiness {
public:
    Readiness(const Clock& clock, std::uint16_t port, const std::string& path);

    /// What to wait for until the next turn(): a descriptor (-1: none), its poll(2) events, and at most so long.
    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] short events() const { return sent_ ? short{0x001} : short{0x004}; }  // POLLIN, POLLOUT
    [[nodiscard]] std::chrono::milliseconds patience() const;
    /// Goes on as far as it can without waiting. True once TensorBoard has answered 200.
    [[nodiscard]] bool turn();

private:
    enum class Step { waits, answered, failed };
    [[nodiscard]] bool connect();
    [[nodiscard]] Step ask();

    const Clock& clock_;
    std::uint16_t port_;
    std::string request_;
    BootTime began_;
    BootTime next_;      ///< when the next question is due, or the present one has taken too long
    Fd socket_;
    bool sent_ = false;
    std::string answer_;
};

/// Gives a start more time while there is reason to: TensorBoard computes. Up to a bound, since one that spins
/// for ever computes, too. TimeoutStartSec= holds where it does not compute.
class StartTime {
public:
    StartTime(const Clock& clock, pid_t tensorboard);
    /// To be called every now and then; tells systemd (EXTEND_TIMEOUT_USEC, sd_notify(3)).
    void turn();

private:
    [[nodiscard]] std::chrono::nanoseconds computed() const;
    const Clock& clock_;
    clockid_t cpu_;
    BootTime end_;
    BootTime next_;
    std::chrono::nanoseconds seen_;
};

}  // namespace boardgate::board
