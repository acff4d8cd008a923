// SPDX-License-Identifier: MIT
// Who did what to which board: one journal line each, with person, address and board.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/boardgated/boards/board.h"
#include "src/boardgated/gate/gate.h"
#include "src/boardgated/logins/sessions.h"

namespace boardgate::boardgated {

/// `did` as in "alice woke board k3f9x2ab from 192.0.2.1"; the owner is named where it is another person.
void audit(Event event, const Session& who, std::string_view address, std::string_view did, const Board& board);

/// Looks at boards, of which the first in an hour is written down: a dashboard asks many times a second.
class ViewAudit {
public:
    static constexpr std::chrono::hours quiet{1};

    ViewAudit(const Registry& registry, const Clock& clock) : registry_(registry), clock_(clock) {}

    /// The gate let somebody in. Thread-safe, and quick where there is nothing to write.
    void passed(const GateDecision& decision, std::string_view address);
    /// Forgets what is older than an hour. Called now and then.
    void sweep();
    /// Is this person's look at the board the first in an hour?
    [[nodiscard]] bool is_first(std::uint32_t uid, const BoardId& board);

private:
    const Registry& registry_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::pair<std::uint32_t, BoardId>, BootTime> written_;  // guarded by mutex_
};

}  // namespace boardgate::boardgated
