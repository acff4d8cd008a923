// SPDX-License-Identifier: MIT
// Sessions, by the hash of their tokens. The gate reads memory and never waits for the disk. Changes are stored
// immediately, except the time of last use, which sweep() stores. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/base/secret.h"
#include "src/base/settings.h"
#include "src/boardgated/logins/ended_logins.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

struct Session {
    TokenHash token;
    std::uint32_t uid = 0;
    std::string user;
};

/// A session as its owner sees it in a list.
struct SessionView {
    std::string id;  ///< the beginning of the token's hash: a name, not a secret
    std::string name;
    std::string address;
    WallTime created{};
    WallTime last_used{};
    WallTime expires{};
};
[[nodiscard]] std::string session_id(const TokenHash& token);

class Sessions {
public:
    static constexpr std::size_t longest_name = 60;
    static constexpr std::chrono::minutes between_checks{50};
    static constexpr std::size_t most_checks = 200;

    Sessions(Store& store, EndedLogins& ended, const Settings& settings, const Clock& clock)
        : store_(store), ended_(ended), settings_(settings), clock_(clock) {}

    /// Reads the stored sessions and ends those whose time is over.
    [[nodiscard]] Result<void> load();
    /// A session of a new token. `expires` is the ticket's end. Beyond sessions_per_user the user's longest unused session
    /// is dropped: of those with this name and address, or, if there are none, of all. So a client that cannot keep its
    /// session ends its own ones. Sessions of another name with the same uid are dropped: they belonged to a deleted account.
    [[nodiscard]] Result<void> add(const Session& session, std::chrono::sys_seconds expires, const std::string& name = {},
                                   const std::string& address = {});
    /// The session of a token, unless it has ended.
    [[nodiscard]] std::optional<Session> find(const TokenHash& token) const;
    /// Restarts the idle time. For requests by a person (a page load), not for a dashboard's polling.
    void touch(const TokenHash& token);
    /// The sessions of one user, the most recently used first.
    [[nodiscard]] std::vector<SessionView> sessions_of(std::uint32_t uid) const;
    /// The token of that user's session with this id.
    [[nodiscard]] std::optional<TokenHash> find_by_id(std::uint32_t uid, std::string_view id) const;
    [[nodiscard]] Result<void> rename(const TokenHash& token, const std::string& name);
    /// The accounts of sessions, with the addresses of their logins.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> places() const;
    /// All sessions that have not ended, those of an account together: who asks about many looks each account up once.
    [[nodiscard]] std::vector<TokenHash> tokens() const;
    [[nodiscard]] std::size_t count() const;
    /// Ends in memory, and waits a short time for the store (EndedLogins). A session that ends, for any reason, takes its
    /// ticket along.
    void end(const TokenHash& token);
    void end_all(std::uint32_t uid);
    /// Accounts with sessions that must be checked again, at most `most_checks`, those that are due longest first. Each is due
    /// within `between_checks`, so that a locked account loses its sessions within an hour; those of five minutes are due
    /// together. After a start of boardgated all are due.
    struct AccountToCheck {
        std::uint32_t uid;
        std::string user;
        std::map<std::string, std::vector<TokenHash>> by_address{};  ///< the account's sessions
    };
    [[nodiscard]] std::vector<AccountToCheck> to_check() const;
    /// These sessions were checked, or their check failed: they are not due.
    void checked(const std::vector<TokenHash>& tokens);
    /// Drops ended sessions and stores the times of last use. Called periodically by one thread.
    void sweep();

private:
    struct Entry {
        Session session;
        std::string name;
        std::string address;
        std::int64_t created = 0;                // wall clock, for the store
        std::int64_t expires_wall = 0;           // wall clock, for the store
        BootTime ends{};                         // by the clock that never jumps
        BootTime check{};                        // when the account is checked again
        std::atomic<std::int64_t> last_used{0};  // BootTime; atomic, so that touch needs no exclusive lock
        std::int64_t written_use = 0;            // last_used as the store has it; only the sweep reads it
    };
    using Entries = std::unordered_map<TokenHash, std::unique_ptr<Entry>>;
    [[nodiscard]] bool alive(const Entry& entry) const;
    [[nodiscard]] BootTime next_check() const;
    [[nodiscard]] SessionRow row_of(const Entry& entry) const;
    using Hashes = std::vector<TokenHash>;
    template <class Which>
    [[nodiscard]] static Hashes extract_if(Entries& entries, Which which);
    template <class Which>
    Hashes end_if(Which which);
    void write_uses();

    Store& store_;
    EndedLogins& ended_;
    const Settings& settings_;
    const Clock& clock_;
    std::mutex store_changes_;                         ///< serializes changes, so that store and memory stay equal; locked before entries_
    LockGuarded<Entries, std::shared_mutex> entries_;  ///< never locked while the store writes
};

}  // namespace boardgate::boardgated
