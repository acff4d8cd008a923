// SPDX-License-Identifier: MIT
// What administrators see and do: what runs, whose it is, how full the limits are; and putting boards to sleep.
// Never what a board shows: neither folder, title nor log.
#pragma once

#include "src/boardgated/call.h"
#include "src/boardgated/registry.h"
#include "src/boardgated/waker.h"

namespace boardgate::boardgated {

/// Is the session's user in the group `administrators` now? Asks the account directory, so it may wait.
[[nodiscard]] bool is_administrator(const Session& session, const Settings& settings);

class ApiAdmin {
public:
    ApiAdmin(const Registry& registry, Waker& waker, const Settings& settings) : registry_(registry), waker_(waker), settings_(settings) {}

    [[nodiscard]] Reply list(Call& call) const;
    [[nodiscard]] Reply sleep(Call& call);

private:
    const Registry& registry_;
    Waker& waker_;
    const Settings& settings_;
};

}  // namespace boardgate::boardgated
