// SPDX-License-Identifier: MIT
// Tickets: the proof, kept by root, that a user really logged in. One file per ticket under
// /var/lib/boardgate-root/tickets (root 0700), named by the SHA-256 of the token, holding uid, end and name.
// Only boardgate-login writes them; boardgate-launcher checks and removes them.
#pragma once

#include <chrono>
#include <string>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/base/secret.h"

namespace boardgate::tickets {

inline constexpr const char* folder = "/var/lib/boardgate-root/tickets";

struct Ticket {
    uid_t uid;
    std::chrono::sys_seconds expires;
    std::string user;  ///< the name then: a number may become somebody else's
};

class TicketStore {
public:
    /// Any account of the server may ask for tickets as often as it likes (local.sock). A person has a few.
    static constexpr std::size_t most_of_user = 200;

    /// Opens the folder; an error when it is not root's own with mode 0700.
    [[nodiscard]] static Result<TicketStore> open(const std::string& path = folder);

    /// Writes a ticket so that it is whole on disk or not there (temporary file, fsync, rename). Beyond most_of_user
    /// the one that ends first goes.
    [[nodiscard]] Result<void> write(const TokenHash& token, const Ticket& ticket) const;
    /// The ticket, or an error with sys == ENOENT when there is none, it is damaged, or it has ended.
    [[nodiscard]] Result<Ticket> check(const TokenHash& token, std::chrono::sys_seconds now) const;
    /// Removes one; already gone is fine.
    void revoke(const TokenHash& token) const;
    /// Removes all of one user. Returns how many there were.
    std::size_t revoke_all(uid_t uid) const;
    /// Removes those that have ended, and what a crash left half written.
    void sweep(std::chrono::sys_seconds now) const;

private:
    explicit TicketStore(Fd dir) : dir_(std::move(dir)) {}
    [[nodiscard]] Result<Ticket> load(const std::string& name) const;
    template <class Use>
    void each(Use use) const;
    void make_room(uid_t uid) const;
    Fd dir_;
};

}  // namespace boardgate::tickets
