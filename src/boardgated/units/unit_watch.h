// SPDX-License-Identifier: MIT
// Follows the boards' units and boardgate-gate.service over D-Bus, read-only, in a thread of its own. systemd's state is the
// truth, also after an administrator used systemctl.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "src/base/bus.h"
#include "src/base/fd.h"
#include "src/base/lock_guarded.h"
#include "src/boardgated/boards/board.h"

namespace boardgate::boardgated {

class UnitWatch {
public:
    struct Listener {
        /// A board's unit or door changed.
        std::function<void(const BoardId&, const UnitFacts&)> board;
        /// The resources that a board's unit uses, every few seconds while the board is awake.
        std::function<void(const BoardId&, const Usage&)> usage;
        /// boardgate-gate.service became active (the packet filter was tried and holds) or inactive.
        std::function<void(bool healthy)> gate;
        /// The units of boards that exist, by name, after each connection to the bus.
        std::function<void(const std::set<std::string>& units)> connected;
        /// The unit of a board; nothing for a board that is not in the registry.
        std::function<std::optional<UnitName>(const BoardId&)> unit_of;
        /// Returns the boards of the registry; called after each connection to the bus.
        std::function<std::vector<BoardId>()> boards;
    };

    explicit UnitWatch(Listener listener);
    ~UnitWatch();
    /// Knows the state of every board when it returns, and follows systemd from then on. Boards that sleep are read whole
    /// (port, time of the last change) after that, so that a start takes as long with 10,000 boards as with ten.
    /// An error when the bus cannot be reached.
    [[nodiscard]] Result<void> start();
    /// Reads one board's units again soon, without a signal of systemd: after a request to the launcher.
    void refresh(const BoardId& id);
    /// After it returns, no listener is called.
    void stop();

private:
    struct Follower;
    void follow(const std::stop_token& stop);
    [[nodiscard]] bool go_on(Follower& follower);
    [[nodiscard]] Result<std::unique_ptr<Follower>> connect();

    Listener listener_;
    std::unique_ptr<Follower> first_;
    LockGuarded<std::set<BoardId>> requested_;  ///< boards to be read soon, see refresh()
    Fd wake_;
    std::jthread thread_;
};

}  // namespace boardgate::boardgated
