// SPDX-License-Identifier: MIT
// The members of groups, as the directory said at most a minute ago. The gate reads memory; other threads ask the directory,
// which may wait. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"

namespace boardgate::boardgated {

struct Membership {
    std::string group;
    std::uint32_t gid = 0;
    std::string user;
    std::uint32_t uid = 0;
    friend auto operator<=>(const Membership&, const Membership&) = default;
};

class Memberships {
public:
    /// An older answer of the directory does not count.
    static constexpr std::chrono::seconds fresh{60};
    /// refresh() forgets what nobody wanted to know for this long.
    static constexpr std::chrono::minutes kept{10};

    explicit Memberships(const Clock& clock) : clock_(clock) {}

    /// Asks the directory, and remembers who is a member. False when the group or the account has another number now, or when the
    /// directory does not answer.
    bool ask(const Membership& membership);
    /// From memory: did the directory confirm it in the last minute?
    [[nodiscard]] bool is_known(const Membership& membership) const;
    /// Asks again. Call it at least twice in `fresh`.
    void refresh();

private:
    struct Answer {
        BootTime asked{};
        mutable std::atomic<BootTime::rep> wanted = 0;
    };

    const Clock& clock_;
    LockGuarded<std::map<Membership, std::unique_ptr<Answer>>, std::shared_mutex> answers_;
};

}  // namespace boardgate::boardgated
