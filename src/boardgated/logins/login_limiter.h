// SPDX-License-Identifier: MIT
// Limits login attempts before PAM is asked, by token buckets: one for each account and address, one for each address,
// and one for all. There is none for an account alone: with it a stranger could lock a person out. An account that has
// logged in from its address before has its own bucket only, so that the failures of others never slow it down.
#pragma once

#include <chrono>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/base/settings.h"
#include "src/boardgated/common/token_buckets.h"

namespace boardgate::boardgated {

class LoginLimiter {
public:
    LoginLimiter(const Clock& clock, const Settings& settings);

    /// Counts one attempt. Returns zero when it is allowed, otherwise how long to wait. `holder` is an address_holder().
    [[nodiscard]] std::chrono::seconds take(std::string_view user, std::string_view holder);
    /// After a successful login: the failed attempts of the account before it no longer count, nor does this one.
    void forgive(std::string_view user, std::string_view holder);
    /// An attempt on which PAM gave no verdict does not count, but among all attempts.
    void give_back(std::string_view user, std::string_view holder);
    /// The account has logged in from there, as far as is remembered.
    void remember(std::string_view user, std::string_view holder);
    [[nodiscard]] bool knows(std::string_view user, std::string_view holder) const;

private:
    /// Beyond this number the longest unused pair is forgotten.
    static constexpr std::size_t most_known = 10000;
    struct State {
        TokenBuckets of_account;
        TokenBuckets of_address;
        TokenBuckets of_all;
        std::list<std::string> known{};  ///< pairs of account and address, the last used first
        std::unordered_map<std::string, std::list<std::string>::iterator> by_pair{};
    };
    LockGuarded<State> state_;
};

}  // namespace boardgate::boardgated
