// SPDX-License-Identifier: MIT
// What happens at a login to boards that may not be the person's any more, and to units of no board: after an account was
// made again or renamed, after the database was restored from a backup or lost. boardgated does nothing to a unit without
// its owner's token, so it waits for the owner's login.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "src/base/lock_guarded.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"

namespace boardgate::boardgated {

class UnitReconciler {
public:
    /// True: something of the person waits for the home.
    using Arrived = std::function<Result<bool>(std::uint32_t, const UserName&, const std::optional<HomeMark>&)>;
    /// `refresh_units` reads the present state of a board's units from systemd. `arrived` gets the home of each person who logs
    /// in.
    UnitReconciler(
        Registry& registry, BoardLauncher& launcher, std::function<void(const BoardId&)> refresh_units,
        Arrived arrived = [](std::uint32_t, const UserName&, const std::optional<HomeMark>&) { return Result<bool>(false); })
        : registry_(registry), launcher_(launcher), refresh_units_(std::move(refresh_units)), arrived_(std::move(arrived)) {}

    /// `units`: the units and doors of boards that systemd has. Remembers those without a board.
    void find_unknown(const std::set<std::string>& units);
    /// What find_unknown() found, for systemctl status and doctor; empty if there is nothing.
    [[nodiscard]] std::string lost() const { return *lost_.read(); }
    /// Boards without a door that have none because nobody woke them for long are asleep, not off. False when the launcher
    /// cannot be asked.
    [[nodiscard]] bool find_resting() const;
    /// Before the person's login is answered: sets boards of another home aside, and rebuilds boards from doors that no board
    /// explains. Doors without a record are removed.
    [[nodiscard]] Result<void> person_arrives(std::uint32_t uid, const UserName& user, const Token& token);
    /// A person is here whose home was unknown at a login before boardgated's start: ask_for_homes() asks for it, too. False if it
    /// does already.
    bool await_home(std::uint32_t uid, const std::string& user, const Token& token);
    /// Asks again for homes that were unknown at a login, as long as its session `lives`.
    void ask_for_homes(const std::function<bool(const TokenHash&)>& lives);

private:
    struct Awaiting {
        UserName user;
        Token token;
    };
    struct Person {
        std::uint32_t uid;
        const UserName& user;
        const Token& token;
        std::optional<HomeMark> home;
    };
    [[nodiscard]] std::set<BoardId> take_unknown_of(const UserName& user);
    void settle(const Person& person, const BoardId& board);
    void say(const Registry::Changes& changes, const UserName& user) const;

    Registry& registry_;
    BoardLauncher& launcher_;
    const std::function<void(const BoardId&)> refresh_units_;
    const Arrived arrived_;
    LockGuarded<std::set<std::string>> unknown_;
    LockGuarded<std::string> lost_;
    LockGuarded<std::map<std::uint32_t, Awaiting>> awaiting_;  ///< people whose home is not known yet, by uid
};

}  // namespace boardgate::boardgated
