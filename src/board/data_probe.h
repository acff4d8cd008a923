// SPDX-License-Identifier: MIT
// Checks that TensorBoard still has its data. If the fast loader's data server ends, TensorBoard does not notice and
// answers 500 to every request for data. Probes over HTTP and not the list of processes: visitors would see the same.
#pragma once

#include "src/base/clock.h"
#include "src/board/http_probe.h"

namespace boardgate::board {

class DataProbe {
public:
    DataProbe(const Clock& clock, std::uint16_t port, const std::string& path);

    /// As in Readiness.
    [[nodiscard]] int fd() const { return probe_.fd(); }
    [[nodiscard]] short events() const { return probe_.events(); }
    [[nodiscard]] std::chrono::milliseconds patience() const;
    /// True if the data is lost: 500 twice in a row, since a single 500 may have another reason.
    [[nodiscard]] bool advance();

private:
    const Clock& clock_;
    HttpProbe probe_;
    BootTime next_;
    bool doubtful_ = false;
};

}  // namespace boardgate::board
