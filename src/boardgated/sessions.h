// SPDX-License-Identifier: MIT
// Who is logged in: hashes of tokens only. The gate asks from memory; changes go to the store at once, except
// the time of last use, which is written now and then. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/base/clock.h"
#include "src/base/secret.h"
#include "src/base/settings.h"
#include "src/boardgated/store.h"

namespace boardgate::boardgated {

struct Session {
    TokenHash token;
    std::uint32_t uid = 0;
    std::string user;
};

class Sessions {
public:
    Sessions(Store& store, const Settings& settings, const Clock& clock) : store_(store), settings_(settings), clock_(clock) {}

    /// Reads what the store has; ended ones are deleted.
    [[nodiscard]] Result<void> load();
    /// A session of a fresh token. `expires` is the ticket's end. Beyond sessions_per_user the user's longest
    /// unused one is dropped.
    [[nodiscard]] Result<void> add(const Session& session, std::chrono::sys_seconds expires);
    /// The session of a token that has not ended.
    [[nodiscard]] std::optional<Session> find(const TokenHash& token) const;
    /// Somebody used it knowingly (a page load, not a dashboard that polls): it lives on.
    void touch(const TokenHash& token);
    void end(const TokenHash& token);
    void end_all(std::uint32_t uid);
    /// Drops what has ended and writes times of last use. Called now and then.
    void sweep();

private:
    struct Entry {
        Session session;
        std::int64_t created = 0;       // wall clock, for the store
        std::int64_t expires_wall = 0;  // the same
        BootTime ends{};                // by the clock that never jumps
        std::atomic<std::int64_t> last_used{0};  // BootTime; atomic, so that touch needs no exclusive lock
        std::int64_t written_use = 0;            // last_used as the store has it; only sweep looks at it
    };
    [[nodiscard]] bool alive(const Entry& entry) const;
    [[nodiscard]] SessionRow row_of(const Entry& entry) const;
    template <class Which>
    void end_if(Which which);

    Store& store_;
    const Settings& settings_;
    const Clock& clock_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<TokenHash, std::unique_ptr<Entry>> entries_;
};

}  // namespace boardgate::boardgated
