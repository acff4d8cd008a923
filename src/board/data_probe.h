// SPDX-License-Identifier: MIT
// Whether TensorBoard still has its data. The fast loader's data server can end beside a living TensorBoard,
// which never notices and answers 500 to every request for data from then on. Asked over HTTP and not read
// off the list of processes: this is what a visitor would see, whatever the reason.
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
    /// True when the data is lost: 500 twice in a row, for a single one may have another reason.
    [[nodiscard]] bool advance();

private:
    const Clock& clock_;
    HttpProbe probe_;
    BootTime next_;
    bool doubtful_ = false;
};

}  // namespace boardgate::board
