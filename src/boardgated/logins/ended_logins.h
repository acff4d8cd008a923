// SPDX-License-Identifier: MIT
// What is left to do for a login that has ended: its session is deleted from the store, and its ticket is revoked. Each has
// a thread, since a launcher that does not answer must not delay the store. Both are tried until they succeed; the store
// remembers tickets across a restart.
#pragma once

#include <chrono>
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

    /// A logout waits for the store, so that a crash brings no session back, but not for a disk that hangs.
    static constexpr std::chrono::milliseconds longest_wait{500};

    /// Reads the tickets that were to be revoked before a restart, and starts the threads.
    [[nodiscard]] Result<void> start();
    /// Ends the threads, and stores what is left to do.
    void finish();
    void add(const std::vector<TokenHash>& tokens);
    /// Waits until the store has no session of these, at most `longest_wait`, if the thread runs.
    /// False if it may still have one.
    bool await_stored(const std::vector<TokenHash>& tokens);
    /// Deletes the sessions from the store. False if the store refuses. A thread calls it.
    bool store();
    /// Revokes the tickets. False if some are left. A thread calls it.
    bool revoke();

private:
    struct Left {
        bool stored = false;   ///< the store has no session, and knows of the ticket
        bool revoked = false;  ///< there is no ticket
    };
    struct State {
        std::map<std::string, Left> left{};  ///< by hash
        bool to_store = false;               ///< there is something new for the thread
        bool to_revoke = false;
    };
    void serve(const std::stop_token& stop, bool State::*changed, bool (EndedLogins::*work)());
    [[nodiscard]] std::vector<std::string> hashes(bool Left::*done) const;
    void mark(const std::vector<std::string>& hashes, bool Left::*done);

    Store& store_;
    const Revoke revoke_;
    LockGuarded<State> state_;
    std::condition_variable_any changed_;
    std::jthread storing_;
    std::jthread revoking_;
};

}  // namespace boardgate::boardgated
