// SPDX-License-Identifier: MIT
#include "src/board/data_probe.h"

namespace boardgate::board {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
/// A probe costs TensorBoard 2 ms.
constexpr seconds pause{5};
constexpr milliseconds pause_in_doubt{250};
/// A late answer means that TensorBoard is busy, not that the data is lost.
constexpr seconds longest_answer{30};
}  // namespace

DataProbe::DataProbe(const Clock& clock, std::uint16_t port, const std::string& path) : probe_(clock, port, path, pause, longest_answer) {}

bool DataProbe::advance() {
    const HttpProbe::Step step = probe_.advance();
    if (step == HttpProbe::Step::waits) return false;
    const bool bad = step == HttpProbe::Step::answered && probe_.status() == 500;
    const bool lost = bad && doubtful_;
    doubtful_ = bad && !lost;
    probe_.set_next(doubtful_ ? milliseconds(pause_in_doubt) : milliseconds(pause));
    return lost;
}

}  // namespace boardgate::board
