// SPDX-License-Identifier: MIT
#include "src/board/data_probe.h"

#include <algorithm>

namespace boardgate::board {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
/// A probe costs TensorBoard 2 ms.
constexpr seconds pause{5};
constexpr milliseconds pause_in_doubt{250};
/// A TensorBoard that answers late is busy, and has its data.
constexpr seconds patience_for_an_answer{30};
}  // namespace

DataProbe::DataProbe(const Clock& clock, std::uint16_t port, const std::string& path)
    : clock_(clock), probe_(port, path), next_(clock.boot() + pause) {}

milliseconds DataProbe::patience() const { return std::max(std::chrono::ceil<milliseconds>(next_ - clock_.boot()), milliseconds::zero()); }

bool DataProbe::advance() {
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
    const bool bad = step == HttpProbe::Step::answered && probe_.status() == 500;
    const bool lost = bad && doubtful_;
    doubtful_ = bad && !lost;
    next_ = now + (doubtful_ ? milliseconds(pause_in_doubt) : milliseconds(pause));
    return lost;
}

}  // namespace boardgate::board
