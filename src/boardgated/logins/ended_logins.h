// SPDX-License-Identifier: MIT
// What is left to do for a login that has ended: its session is deleted from the store, and its ticket is revoked. Both
// wait for others, so the person does not wait for them. Both are tried until they succeed; the store remembers tickets
// across a restart.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "src/base/lock_guarded.h"
#include "src/base/secret.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

class EndedLogins {
public:
    /// True when none of these tickets exists any more.
    using Revoke = std::function<bool(const std::vector<TokenHash>&)>;

    EndedLogins(Store& store, Revoke revoke) : store_(store), revoke_(std::move(revoke)) {}
    EndedLogins(const EndedLogins&) = delete;
    EndedLogins& operator=(const EndedLogins&) = delete;
    ~EndedLogins() { finish(); }

    /// Reads the tickets that were to be revoked before a restart, and starts the thread.
    [[nodiscard]] Result<void> start();
    /// Ends the thread, and stores what is left to do.
    void finish();
    void add(const std::vector<TokenHash>& tokens);
    /// Does what it can do now. False if something is left. The thread calls it.
    bool work();

private:
    struct Left {
        bool stored = false;   ///< the store has no session, and knows of the ticket
        bool revoked = false;  ///< there is no ticket
    };
    struct State {
        std::map<std::string, Left> left{};  ///< by hash
        bool changed = false;
    };
    void serve(const std::stop_token& stop);
    [[nodiscard]] std::vector<std::string> hashes(bool Left::*done) const;
    void mark(const std::vector<std::string>& hashes, bool Left::*done);
    bool store();
    bool revoke();

    Store& store_;
    const Revoke revoke_;
    LockGuarded<State> state_;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

}  // namespace boardgate::boardgated
