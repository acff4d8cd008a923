// SPDX-License-Identifier: MIT
// Tickets: root's record that a user really logged in. One file per ticket under
// /var/lib/boardgate-root/tickets (root 0700), named by the SHA-256 of the token, holding uid, end, mark, kind and name.
// Only boardgate-login writes them; boardgate-launcher checks and removes them.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "src/base/clock.h"
#include "src/base/private_folder.h"
#include "src/base/secret.h"

namespace boardgate::tickets {

inline constexpr const char* tickets_folder = "/var/lib/boardgate-root/tickets";

struct Ticket {
    uid_t uid;
    std::chrono::sys_seconds expires;
    std::string user;        ///< the name at the login: the uid may become another person's
    std::string mark = "-";  ///< account_mark() at the login: name and uid may become another person's
    bool local = false;      ///< from local.sock, and not used for a session yet
};

class TicketStore {
public:
    /// Any local account can get any number of tickets (local.sock). A person needs a few.
    static constexpr std::size_t most_of_user = 200;

    /// An error unless the folder belongs to root with mode 0700.
    [[nodiscard]] static Result<TicketStore> open(const std::string& path = tickets_folder);

    /// Writes a ticket atomically (temporary file, fsync, rename). Beyond most_of_user it removes the ticket that expires
    /// first.
    [[nodiscard]] Result<void> write(const TokenHash& token, const Ticket& ticket) const;
    /// The ticket, or an error with sys == ENOENT if it does not exist, is damaged, or has expired.
    [[nodiscard]] Result<Ticket> check(const TokenHash& token, std::chrono::sys_seconds now) const;
    /// Removes a ticket, if it exists.
    void revoke(const TokenHash& token) const;
    /// Turns a local ticket into one of a session. False if it is not local: then it was used before.
    [[nodiscard]] bool take_local(const TokenHash& token, const Ticket& ticket) const;
    /// Removes the tickets for which `ended` returns true.
    void revoke_if(const std::function<bool(const Ticket&)>& ended) const;
    /// Removes expired tickets, and temporary files of a crash.
    void sweep(std::chrono::sys_seconds now) const;

private:
    explicit TicketStore(PrivateFolder folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<Ticket> load(const std::string& name) const;
    void make_room(uid_t uid) const;
    PrivateFolder folder_;
};

}  // namespace boardgate::tickets
