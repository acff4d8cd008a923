// SPDX-License-Identifier: MIT
// Tries what a local account must not be able to do: connect to a port of the door range. The port is our own
// listener's, so that nothing but the packet filter can be the reason when it is refused.
#pragma once

#include <cstdint>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate::doorcheck {

class Probe {
public:
    /// Listens on 127.0.0.1:`port`.
    [[nodiscard]] static Result<Probe> open(std::uint16_t port);
    /// True when the connection was refused with a reset, false when it came about. Anything else, such as
    /// silence, is an error: then it is not our table that decides.
    [[nodiscard]] Result<bool> refused() const;

private:
    Probe(Fd listening, std::uint16_t port) : listening_(std::move(listening)), port_(port) {}
    Fd listening_;
    std::uint16_t port_;
};

}  // namespace boardgate::doorcheck
