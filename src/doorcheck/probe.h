// SPDX-License-Identifier: MIT
// Tries what a local account must not be able to do: connect to a port of door_ports. The probe listens on the port
// itself, so only the packet filter can be the reason of a refusal.
#pragma once

#include <cstdint>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate::doorcheck {

class Probe {
public:
    /// Listens on 127.0.0.1:`port`, with `kept` if that socket is bound to it already.
    [[nodiscard]] static Result<Probe> open(std::uint16_t port, Fd kept = Fd());
    [[nodiscard]] int listening() const { return listening_.get(); }
    /// True if the connection was refused with a reset, false if it was accepted. Anything else, such as a timeout, is an
    /// error: then another filter interferes.
    [[nodiscard]] Result<bool> refused() const;

private:
    Probe(Fd listening, std::uint16_t port) : listening_(std::move(listening)), port_(port) {}
    Fd listening_;
    std::uint16_t port_;
};

}  // namespace boardgate::doorcheck
