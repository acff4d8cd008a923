// SPDX-License-Identifier: MIT
// Follows the boards' units and boardgate-gate.service over D-Bus, read-only, in a thread of its own: what
// systemd says is the truth, also after somebody used systemctl.
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
        /// A board's unit or door changed. Asks for the owner's name, since units are found by their whole name.
        std::function<void(const BoardId&, const UnitFacts&)> board;
        /// What a board's unit uses, every few seconds while it is awake.
        std::function<void(const BoardId&, const Usage&)> usage;
        /// boardgate-gate.service is (not) active: the packet filter was tried and holds.
        std::function<void(bool healthy)> gate;
        /// The units that exist, by name, after each (re)connection: to find those that nobody knows.
        std::function<void(const std::set<std::string>& units)> connected;
        /// The unit of a board, or nothing for a board that is not in the registry.
        std::function<std::optional<UnitName>(const BoardId&)> unit_of;
        /// Boards of the registry: asked after each (re)connection.
        std::function<std::vector<BoardId>()> boards;
    };

    explicit UnitWatch(Listener listener);
    ~UnitWatch();
    /// Reads everything once, then follows. Returns after the first reading, so that nobody is answered from
    /// an empty picture; an error when the bus cannot be reached at all.
    [[nodiscard]] Result<void> start();
    /// Reads one board's units anew, soon: after a request to the launcher, or for a board just made.
    void look_again(const BoardId& id);
    /// No listener is called any more when it returns.
    void stop();

private:
    struct Follower;
    void follow(const std::stop_token& stop);
    [[nodiscard]] bool go_on(Follower& follower);
    [[nodiscard]] Result<std::unique_ptr<Follower>> connect();

    Listener listener_;
    std::unique_ptr<Follower> first_;
    LockGuarded<std::set<BoardId>> requested_;  ///< to be read soon, whether systemd signalled or not
    Fd wake_;
    std::jthread thread_;
};

}  // namespace boardgate::boardgated
