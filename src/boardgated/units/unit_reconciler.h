// SPDX-License-Identifier: MIT
// Finds and removes units that belong to no board of the registry, after the database was restored from a backup or after a
// crash between two steps. Removing a unit needs its owner's token, so it happens when the owner logs in.
#pragma once

#include <set>
#include <string>

#include "src/base/lock_guarded.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"

namespace boardgate::boardgated {

class UnitReconciler {
public:
    UnitReconciler(const Registry& registry, BoardLauncher& launcher) : registry_(registry), launcher_(launcher) {}

    /// `units`: the units and doors of boards that systemd has. Remembers those without a board.
    void find_unknown(const std::set<std::string>& units);
    /// Removes the unknown units of a person who has logged in.
    void remove_unknown_of(const UserName& user, const Token& token);

private:
    const Registry& registry_;
    BoardLauncher& launcher_;
    LockGuarded<std::set<std::string>> unknown_;
};

}  // namespace boardgate::boardgated
