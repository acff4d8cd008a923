// SPDX-License-Identifier: MIT
#include "src/boardgated/board.h"

namespace boardgate::boardgated {

const char* name_of(State state) {
    static constexpr const char* names[] = {
#define STATE(name, meaning) #name,
#include "src/boardgated/states.inc"
#undef STATE
    };
    return names[static_cast<std::size_t>(state)];
}

State state_of(const UnitFacts& facts) {
    if (facts.service_active == "active" || facts.service_active == "reloading") return State::ready;
    if (facts.service_active == "activating") return State::starting;
    if (facts.socket_active != "active") return State::off;
    if (facts.service_active == "failed") return State::failed;
    // Also while it is deactivating: a connection waits at the door and wakes it again.
    return State::asleep;
}

}  // namespace boardgate::boardgated
