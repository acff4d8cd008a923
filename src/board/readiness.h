// SPDX-License-Identifier: MIT
// Asks TensorBoard over HTTP until it answers 200. The line it prints is no sign: it comes too early, and in
// one case just before the end.
#pragma once

#include "src/base/clock.h"
#include "src/board/http_probe.h"

namespace boardgate::board {

class Readiness {
public:
    Readiness(const Clock& clock, std::uint16_t port, const std::string& path);

    /// What to wait for until the next advance(): a descriptor (-1: none), its poll(2) events, and at most so
    /// long.
    [[nodiscard]] int fd() const { return probe_.fd(); }
    [[nodiscard]] short events() const { return probe_.events(); }
    [[nodiscard]] std::chrono::milliseconds patience() const;
    /// Goes on as far as it can without waiting. True once TensorBoard has answered 200.
    [[nodiscard]] bool advance();
    /// That answer.
    [[nodiscard]] const std::string& answer() const { return probe_.answer(); }

private:
    const Clock& clock_;
    HttpProbe probe_;
    BootTime began_;
    BootTime next_;  ///< when the next question is due, or the present one has taken too long
};

/// Gives a start more time while there is reason to: TensorBoard computes. Up to a bound, since one that
/// spins for ever computes, too.
class StartTime {
public:
    StartTime(const Clock& clock, pid_t tensorboard);
    /// To be called every now and then; tells systemd (EXTEND_TIMEOUT_USEC, sd_notify(3)), whose
    /// TimeoutStartSec= ends a first start that does not compute.
    void advance();
    /// Whether that time is over; for later starts, of which systemd does not know.
    [[nodiscard]] bool over() const { return clock_.boot() >= deadline_; }

private:
    [[nodiscard]] std::chrono::nanoseconds computed() const;
    const Clock& clock_;
    clockid_t cpu_;
    BootTime end_;
    BootTime deadline_;
    BootTime next_;
    std::chrono::nanoseconds seen_;
};

}  // namespace boardgate::board
