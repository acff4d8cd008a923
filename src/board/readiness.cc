// SPDX-License-Identifier: MIT
#include "src/board/readiness.h"

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
/// The timeout of a probe; the first answer on a busy machine takes a second.
constexpr seconds patience_for_an_answer{10};

constexpr seconds between_looks{5};
/// CPU use below a fiftieth of the time is no progress.
constexpr milliseconds progress{100};
constexpr seconds usual_start{60};
constexpr seconds extension{30};
constexpr seconds longest_start{300};

}  // namespace

Readiness::Readiness(const Clock& clock, std::uint16_t port, const std::string& path)
    : clock_(clock), probe_(port, path), began_(clock.boot()), next_(began_) {}

milliseconds Readiness::patience() const { return std::max(std::chrono::ceil<milliseconds>(next_ - clock_.boot()), milliseconds::zero()); }

bool Readiness::advance() {
    const BootTime now = clock_.boot();
    if (now >= next_) {
        if (probe_.under_way()) {
            probe_.drop();
        } else {
            next_ = now + patience_for_an_answer;
            (void)probe_.start();
        }
    } else if (!probe_.under_way()) {
        return false;
    }
    const HttpProbe::Step step = probe_.advance();
    if (step == HttpProbe::Step::waits) return false;
    if (step == HttpProbe::Step::answered && probe_.status() == 200) return true;
    const auto pause = std::chrono::duration_cast<milliseconds>((now - began_) / 20);
    next_ = now + std::clamp(pause, shortest_pause, longest_pause);
    return false;
}

StartTime::StartTime(const Clock& clock, pid_t tensorboard)
    : clock_(clock),
      cpu_(CLOCK_REALTIME),
      end_(clock.boot() + longest_start),
      deadline_(clock.boot() + usual_start),
      next_(clock.boot() + between_looks),
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
    next_ = now + between_looks;
    const auto used = computed();
    if (used - std::exchange(seen_, used) < progress) return;
    deadline_ = std::max(deadline_, std::min<BootTime>(now + extension, end_));
    const auto more = std::chrono::duration_cast<std::chrono::microseconds>(std::min<BootTime>(extension, end_ - now));
    sd_notify(0, ("EXTEND_TIMEOUT_USEC=" + std::to_string(more.count())).c_str());
}

}  // namespace boardgate::board
