// SPDX-License-Identifier: MIT
// Who is logged in: hashes of tokens only. The gate asks from memory and never waits for the disk; changes go to the
// store at once, except the time of last use, which is written now and then. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/base/clock.h"
#include "src/base/secret.h"
#include "src/base/settings.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

struct Session {
    TokenHash token;
    std::uint32_t uid = 0;
    std::string user;
};

/// A login as its owner sees it in a list.
struct SessionView {
    std::string id;  ///< the beginning of its hash: names it, opens nothing
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
    static constexpr std::size_t checked_at_once = 20;

    Sessions(Store& store, const Settings& settings, const Clock& clock) : store_(store), settings_(settings), clock_(clock) {}

    /// Reads what the store has; ended ones are deleted.
    [[nodiscard]] Result<void> load();
    /// A session of a fresh token. `expires` is the ticket's end. Beyond sessions_per_user the user's longest
    /// unused one is dropped; and those of another name with the same uid.
    [[nodiscard]] Result<void> add(const Session& session, std::chrono::sys_seconds expires, const std::string& name = {},
                                   const std::string& address = {});
    /// The session of a token that has not ended.
    [[nodiscard]] std::optional<Session> find(const TokenHash& token) const;
    /// Somebody used it knowingly (a page load, not a dashboard that polls): it lives on.
    void touch(const TokenHash& token);
    /// Those of one user, the one used last first.
    [[nodiscard]] std::vector<SessionView> sessions_of(std::uint32_t uid) const;
    /// Which session of that user an id names.
    [[nodiscard]] std::optional<TokenHash> find_by_id(std::uint32_t uid, std::string_view id) const;
    [[nodiscard]] Result<void> rename(const TokenHash& token, const std::string& name);
    /// Of everybody, those that have not ended.
    [[nodiscard]] std::size_t count() const;
    /// At once, however slow the disk is, and for good: what the disk does not forget now, it does with a later sweep.
    void end(const TokenHash& token);
    void end_all(std::uint32_t uid);
    /// Logins whose accounts are to be asked about again, a few at a time: each once in `between_checks`, so that who was
    /// locked out is out within the hour, and all of them after a start.
    struct ToCheck {
        TokenHash token;
        std::string address;
    };
    [[nodiscard]] std::vector<ToCheck> to_check();
    /// Drops what has ended and writes times of last use. Called now and then, by one thread.
    void sweep();

private:
    struct Entry {
        Session session;
        std::string name;
        std::string address;
        std::int64_t created = 0;                // wall clock, for the store
        std::int64_t expires_wall = 0;           // the same
        BootTime ends{};                         // by the clock that never jumps
        BootTime check{};                        // when the account is asked about again
        std::atomic<std::int64_t> last_used{0};  // BootTime; atomic, so that touch needs no exclusive lock
        std::int64_t written_use = 0;            // last_used as the store has it; only the sweep looks at it
    };
    [[nodiscard]] bool alive(const Entry& entry) const;
    [[nodiscard]] SessionRow row_of(const Entry& entry) const;
    using Hashes = std::vector<std::string>;
    template <class Which>
    [[nodiscard]] Hashes take_out(Which which);
    template <class Which>
    void end_if(Which which);
    void forget(Hashes hashes);
    void write_uses();

    Store& store_;
    const Settings& settings_;
    const Clock& clock_;
    /// Held while a session is on its way to the disk and into memory, so that both have the same. Before mutex_.
    std::mutex changes_;
    Hashes unforgotten_;               // guarded by changes_: have ended, and the disk could not be told
    mutable std::shared_mutex mutex_;  // guards entries_; never held while something is written
    std::unordered_map<TokenHash, std::unique_ptr<Entry>> entries_;
};

}  // namespace boardgate::boardgated
