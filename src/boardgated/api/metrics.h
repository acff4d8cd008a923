// SPDX-License-Identifier: MIT
// boardgated's metrics in Prometheus' text format (exposition format 0.0.4). The gate counts by atomic additions and
// waits for no lock.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/boardgated/gate/gate.h"
#include "src/boardgated/gate/view_gate.h"
#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

/// A histogram of durations.
class Histogram {
public:
    /// Upper bounds in seconds, ascending.
    explicit Histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}
    void observe(std::chrono::nanoseconds took);
    /// The histogram as text: `name_bucket{le="..."}`, `name_sum`, `name_count`.
    [[nodiscard]] std::string text(std::string_view name) const;

private:
    std::span<const double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;  // one for each bound, and one beyond the last
    std::atomic<std::int64_t> sum_ = 0;               // nanoseconds
};

class Metrics {
public:
    Metrics(const Gate& gate, const Registry& registry, const Sessions& sessions, const Clock& clock);

    void gate_answered(Refusal refusal, std::chrono::nanoseconds took);
    void view_gate_answered(ViewRefusal refusal);
    /// What it counts of shared boards, once they are there.
    void watch(const Shares& shares, const Views& views) {
        shares_ = &shares;
        views_ = &views;
    }
    /// A login has ended; `problem` is empty when it was granted.
    void login_ended(std::optional<Code> problem);
    /// A listener of the registry: counts wakes, from the start of a unit until it answers.
    void board_changed(const Board& board, bool gone);

    /// The present values of all metrics.
    [[nodiscard]] std::string text() const;

private:
    static constexpr std::size_t codes = 0
#define PROBLEM(code, status, title) +1
#include "src/boardgated/common/problems.inc"
#undef PROBLEM
        ;
    static constexpr std::size_t refusals = static_cast<std::size_t>(Refusal::not_ready) + 1;
    static constexpr std::size_t view_refusals = static_cast<std::size_t>(ViewRefusal::ours) + 1;
    using Counter = std::atomic<std::uint64_t>;

    const Gate& gate_;
    const Registry& registry_;
    const Sessions& sessions_;
    const Clock& clock_;
    const Shares* shares_ = nullptr;
    const Views* views_ = nullptr;
    std::array<Counter, refusals> gate_answers_{};
    std::array<Counter, view_refusals> view_gate_answers_{};
    Histogram gate_times_;
    Counter logins_granted_ = 0;
    std::array<Counter, codes> logins_refused_{};
    Counter wakes_ready_ = 0;
    Counter wakes_failed_ = 0;
    Counter wakes_stopped_ = 0;
    Histogram wake_times_;
    Histogram cluster_wake_times_;                       ///< of boards that Slurm runs
    LockGuarded<std::map<BoardId, BootTime>> starting_;  ///< boards in state starting, and since when
};

}  // namespace boardgate::boardgated
