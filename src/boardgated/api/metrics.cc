// SPDX-License-Identifier: MIT
#include "src/boardgated/api/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace boardgate::boardgated {

namespace {

using std::chrono::duration;

// The gate answers in 5 us where the machine is idle.
constexpr double gate_bounds[] = {0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1, 1};
// A board wakes in half a second and fails after a minute, unless it asks for more time.
constexpr double wake_bounds[] = {0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300};

/// Shown even while they are 0, so that alerts can be written in advance.
constexpr Code usual_ends_of_logins[] = {Code::login_failed, Code::password_expired, Code::too_many_attempts, Code::login_unavailable};

const char* name_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::none:
            return "passed";
        case Refusal::unauthenticated:
            return "unauthenticated";
        case Refusal::malformed:
            return "malformed";
        case Refusal::cross_site:
            return "cross_site";
        case Refusal::no_such_board:
            return "no_such_board";
        case Refusal::not_your_board:
            return "not_your_board";
        case Refusal::unsound:
            return "unsound";
        case Refusal::not_ready:
            return "not_ready";
    }
    return "unknown";
}

const char* name_of(ViewRefusal refusal) {
    switch (refusal) {
        case ViewRefusal::none:
            return "allowed";
        case ViewRefusal::malformed:
            return "malformed";
        case ViewRefusal::no_such_view:
            return "no_such_view";
        case ViewRefusal::unauthenticated:
            return "unauthenticated";
        case ViewRefusal::wrong_place:
            return "wrong_place";
        case ViewRefusal::no_such_board:
            return "no_such_board";
        case ViewRefusal::not_shown:
            return "not_shown";
        case ViewRefusal::unsound:
            return "unsound";
        case ViewRefusal::not_ready:
            return "not_ready";
        case ViewRefusal::ours:
            return "answered_here";
    }
    return "unknown";
}

/// Names, meanings and labels are constants that need no quoting.
std::string head(std::string_view name, std::string_view type, std::string_view meaning) {
    return fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, meaning, name, type);
}

std::string line(std::string_view name, std::string_view label, std::string_view value, std::uint64_t number) {
    return fmt::format("{}{{{}=\"{}\"}} {}\n", name, label, value, number);
}

}  // namespace

void Histogram::observe(std::chrono::nanoseconds took) {
    const double seconds = duration<double>(took).count();
    const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), seconds);  // the first bound >= seconds
    counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(took.count(), std::memory_order_relaxed);
}

std::string Histogram::text(std::string_view name) const {
    std::string out;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        total += counts_[i].load(std::memory_order_relaxed);
        out += line(fmt::format("{}_bucket", name), "le", i < bounds_.size() ? fmt::format("{}", bounds_[i]) : "+Inf", total);
    }
    const std::chrono::nanoseconds sum(sum_.load(std::memory_order_relaxed));
    return out + fmt::format("{}_sum {}\n{}_count {}\n", name, duration<double>(sum).count(), name, total);
}

Metrics::Metrics(const Gate& gate, const Registry& registry, const Sessions& sessions, const Clock& clock)
    : gate_(gate),
      registry_(registry),
      sessions_(sessions),
      clock_(clock),
      gate_times_(gate_bounds),
      wake_times_(wake_bounds),
      cluster_wake_times_(wake_bounds) {}

void Metrics::gate_answered(Refusal refusal, std::chrono::nanoseconds took) {
    gate_answers_[static_cast<std::size_t>(refusal)].fetch_add(1, std::memory_order_relaxed);
    gate_times_.observe(took);
}

void Metrics::view_gate_answered(ViewRefusal refusal) {
    view_gate_answers_[static_cast<std::size_t>(refusal)].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::login_ended(std::optional<Code> problem) {
    (problem ? logins_refused_[static_cast<std::size_t>(*problem)] : logins_granted_).fetch_add(1, std::memory_order_relaxed);
}

void Metrics::board_changed(const Board& board, bool gone) {
    const auto starting = starting_.lock();
    if (!gone && (board.state == State::starting || board.state == State::queued)) {
        starting->try_emplace(board.id, clock_.boot());
        return;
    }
    const auto begun = starting->extract(board.id);
    if (begun.empty()) return;  // the start began before boardgated's own
    if (gone || (board.state != State::ready && board.state != State::failed)) {
        ++wakes_stopped_;
        return;
    }
    ++(board.state == State::ready ? wakes_ready_ : wakes_failed_);
    if (board.state != State::ready) return;
    (board.engine() == Engine::slurm ? cluster_wake_times_ : wake_times_).observe(clock_.boot() - begun.mapped());
}

std::string Metrics::text() const {
    std::string out =
        head("boardgate_build_info", "gauge", "The running version.") + line("boardgate_build_info", "version", BOARDGATE_VERSION, 1);

    std::map<State, std::uint64_t> boards;
    std::map<Engine, std::uint64_t> awake;
    registry_.for_each([&](const Board& board) {
        ++boards[board.state];
        if (is_awake(board)) ++awake[board.engine()];
    });
    out += head("boardgate_boards", "gauge", "Boards by state.");
#define STATE(name, meaning) out += line("boardgate_boards", "state", #name, boards[State::name]);
#include "src/boardgated/boards/states.inc"
#undef STATE

    out += head("boardgate_awake_boards", "gauge", "Awake boards by what runs them: systemd on this server, or slurm.");
    for (const Engine engine : {Engine::systemd, Engine::slurm})
        out += line("boardgate_awake_boards", "engine", boardgate::name_of(engine), awake[engine]);

    out += head("boardgate_sessions", "gauge", "Sessions that have not ended.");
    out += fmt::format("boardgate_sessions {}\n", sessions_.count());
    out += head("boardgate_gate_sound", "gauge", "Whether the packet filter is in force; otherwise boards are refused.");
    out += fmt::format("boardgate_gate_sound {}\n", gate_.healthy() ? 1 : 0);

    out += head("boardgate_gate_decisions_total", "counter", "Requests for boards by the gate's decision.");
    for (std::size_t i = 0; i < refusals; ++i) {
        out += line("boardgate_gate_decisions_total", "decision", name_of(static_cast<Refusal>(i)), gate_answers_[i]);
    }
    out += head("boardgate_gate_decision_seconds", "histogram", "Time from a request's arrival at the gate to its answer.");
    out += gate_times_.text("boardgate_gate_decision_seconds");

    out += head("boardgate_shares", "gauge", "Users and groups to whom boards are shown.");
    out += fmt::format("boardgate_shares {}\n", shares_ == nullptr ? 0 : shares_->count());
    out += head("boardgate_views", "gauge", "Open views of shared boards.");
    out += fmt::format("boardgate_views {}\n", views_ == nullptr ? 0 : views_->count());
    out += head("boardgate_view_gate_decisions_total", "counter", "Requests of views by the view gate's decision.");
    for (std::size_t i = 0; i < view_refusals; ++i) {
        out += line("boardgate_view_gate_decisions_total", "decision", name_of(static_cast<ViewRefusal>(i)), view_gate_answers_[i]);
    }

    out += head("boardgate_logins_total", "counter", "Logins by outcome: granted, or the code of the API's error.");
    out += line("boardgate_logins_total", "outcome", "granted", logins_granted_);
    for (std::size_t i = 0; i < codes; ++i) {
        const Code code = static_cast<Code>(i);
        const bool usual =
            std::find(std::begin(usual_ends_of_logins), std::end(usual_ends_of_logins), code) != std::end(usual_ends_of_logins);
        if (usual || logins_refused_[i] != 0)
            out += line("boardgate_logins_total", "outcome", boardgated::name_of(code), logins_refused_[i]);
    }

    out += head("boardgate_wakes_total", "counter", "Started boards by outcome; stopped means before TensorBoard answered.");
    out += line("boardgate_wakes_total", "outcome", "ready", wakes_ready_);
    out += line("boardgate_wakes_total", "outcome", "failed", wakes_failed_);
    out += line("boardgate_wakes_total", "outcome", "stopped", wakes_stopped_);
    out += head("boardgate_wake_seconds", "histogram", "Time from the start of a board's unit until TensorBoard answers.");
    out += wake_times_.text("boardgate_wake_seconds");
    out += head("boardgate_cluster_wake_seconds", "histogram", "The same of boards that Slurm runs, with the time in its queue.");
    out += cluster_wake_times_.text("boardgate_cluster_wake_seconds");
    return out;
}

}  // namespace boardgate::boardgated
