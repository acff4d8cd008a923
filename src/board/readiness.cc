// SPDX-License-Identifier: MIT
#include "src/board/readiness.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <algorithm>

namespace boardgate::board {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Pauses grow with the elapsed time: probing adds about a twentieth to it and costs little.
constexpr milliseconds shortest_pause{10};
constexpr milliseconds longest_pause{500};
/// The first answer takes a second on a busy machine.
constexpr seconds longest_answer{10};

constexpr seconds between_checks{5};
/// Less processor time than this between two checks is no progress.
constexpr milliseconds progress{100};
constexpr seconds usual_start{60};
constexpr seconds extension{30};
constexpr seconds longest_start{300};

}  // namespace

Readiness::Readiness(const Clock& clock, std::uint16_t port, const std::string& path)
    : clock_(clock), probe_(clock, port, path, BootTime::zero(), longest_answer), began_(clock.boot()) {}

bool Readiness::advance() {
    const HttpProbe::Step step = probe_.advance();
    if (step == HttpProbe::Step::waits) return false;
    if (step == HttpProbe::Step::answered && probe_.status() == 200) return true;
    const auto pause = std::chrono::duration_cast<milliseconds>((clock_.boot() - began_) / 20);
    probe_.set_next(std::clamp(pause, shortest_pause, longest_pause));
    return false;
}

StartTime::StartTime(const Clock& clock, pid_t tensorboard)
    : clock_(clock),
      cpu_(CLOCK_REALTIME),
      end_(clock.boot() + longest_start),
      deadline_(clock.boot() + usual_start),
      next_(clock.boot() + between_checks),
      seen_(0) {
    (void)clock_getcpuclockid(tensorboard, &cpu_);
}

std::chrono::nanoseconds StartTime::computed() const {
    timespec used{};
    if (cpu_ == CLOCK_REALTIME || clock_gettime(cpu_, &used) != 0) return std::chrono::nanoseconds(0);
    return seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void StartTime::advance() {
    const BootTime now = clock_.boot();
    if (now < next_ || now >= end_) return;
    next_ = now + between_checks;
    const auto used = computed();
    if (used - std::exchange(seen_, used) < progress) return;
    deadline_ = std::max(deadline_, std::min<BootTime>(now + extension, end_));
    const auto more = std::chrono::duration_cast<std::chrono::microseconds>(std::min<BootTime>(extension, end_ - now));
    sd_notify(0, fmt::format("EXTEND_TIMEOUT_USEC={}", more.count()).c_str());
}

}  // namespace boardgate::board
