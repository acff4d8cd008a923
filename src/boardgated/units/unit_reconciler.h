// SPDX-License-Identifier: MIT
// Units that no board of the registry explains: left by a database that was restored from a backup, or by a crash
// between two steps. boardgated may not touch a unit without its owner's token, so they go when he logs in.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"

namespace boardgate::boardgated {

class UnitReconciler {
public:
    UnitReconciler(const Registry& registry, BoardLauncher& launcher) : registry_(registry), launcher_(launcher) {}

    /// All boards' units and doors that systemd has.
    void units_exist(const std::set<std::string>& units);
    /// Removes those of a person who has logged in.
    void remove_of(const UserName& user, const Token& token);

private:
    const Registry& registry_;
    BoardLauncher& launcher_;
    std::mutex mutex_;
    std::set<std::string> units_;
};

}  // namespace boardgate::boardgated
