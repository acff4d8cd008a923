// SPDX-License-Identifier: MIT
// The audit log: one journal line for each action on a board, with person, address and board.
#pragma once

#include <chrono>
#include <map>
#include <string_view>
#include <utility>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/base/log.h"
#include "src/boardgated/boards/board.h"
#include "src/boardgated/gate/gate.h"
#include "src/boardgated/gate/view_gate.h"
#include "src/boardgated/logins/sessions.h"

namespace boardgate::boardgated {

/// `action` as in "alice woke board k3f9x2ab from 192.0.2.1". The owner is named when it is another person.
void audit(Event event, const Session& session, std::string_view address, std::string_view action, const Board& board);

/// A share of a board began or ended: "alice shows board k3f9x2ab to bob until ... from 192.0.2.1".
void audit_share(Event event, const Session& session, std::string_view address, const Board& board, const BoardShare& share);
/// A share ended by itself: its time is over, or the account or group is gone.
void audit_ended_share(const Board& board, const BoardShare& share, std::string_view reason);

/// Logs a person's view of a board, at most once in an hour: a dashboard sends many requests a second.
class ViewAudit {
public:
    static constexpr std::chrono::hours quiet{1};

    ViewAudit(const Registry& registry, const Clock& clock) : registry_(registry), clock_(clock) {}

    /// Call it after each decision of the gate. Thread-safe, and fast when there is nothing to log.
    void gate_decided(const GateDecision& decision, std::string_view address);
    void view_gate_decided(const ViewDecision& decision, std::string_view address);
    /// Forgets views that were logged over an hour ago. Called periodically.
    void sweep();
    /// Is this the person's first view of the board in an hour?
    [[nodiscard]] bool is_first(std::uint32_t uid, const BoardId& board);

private:
    const Registry& registry_;
    const Clock& clock_;
    LockGuarded<std::map<std::pair<std::uint32_t, BoardId>, BootTime>> logged_;  ///< the time of each view
};

}  // namespace boardgate::boardgated
