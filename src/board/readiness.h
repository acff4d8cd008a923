// SPDX-License-Identifier: MIT
// Probes TensorBoard over HTTP until it answers 200. The line that it prints is no sign: it comes too early, and in one
// case just before TensorBoard ends.
#pragma once

#include "src/base/clock.h"
#include "src/board/http_probe.h"

namespace boardgate::board {

class Readiness {
public:
    Readiness(const Clock& clock, std::uint16_t port, const std::string& path);

    /// For poll(2).
    [[nodiscard]] const HttpProbe& http() const { return probe_; }
    /// Continues without waiting. True once TensorBoard has answered 200.
    [[nodiscard]] bool advance();
    /// The last answer.
    [[nodiscard]] const std::string& answer() const { return probe_.answer(); }

private:
    const Clock& clock_;
    HttpProbe probe_;
    BootTime began_;
};

/// Extends the time of a start while TensorBoard uses CPU. Up to a bound, since an endless loop uses CPU, too.
class StartTime {
public:
    StartTime(const Clock& clock, pid_t tensorboard);
    /// Call it periodically; it notifies systemd (EXTEND_TIMEOUT_USEC, sd_notify(3)), whose TimeoutStartSec= ends a first
    /// start that uses no CPU.
    void advance();
    /// Whether the time is over; for restarts, which systemd does not see.
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
