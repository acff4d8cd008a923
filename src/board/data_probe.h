// SPDX-License-Identifier: MIT
// Checks that TensorBoard still has its data. If the fast loader's data server ends, TensorBoard does not notice and
// answers 500 to every request for data. Probes over HTTP and not the list of processes: visitors would see the same.
#pragma once

#include "src/board/http_probe.h"

namespace boardgate::board {

class DataProbe {
public:
    DataProbe(const Clock& clock, std::uint16_t port, const std::string& path);

    /// For poll(2).
    [[nodiscard]] const HttpProbe& http() const { return probe_; }
    /// True when the data is lost: two answers 500 in a row. A single one may have another reason.
    [[nodiscard]] bool advance();

private:
    HttpProbe probe_;
    bool doubtful_ = false;
};

}  // namespace boardgate::board
