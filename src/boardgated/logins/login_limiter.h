// SPDX-License-Identifier: MIT
// Limits login attempts before PAM is asked, by token buckets: one for each account and address, one for each address,
// and one for all attempts. No bucket is for an account alone: a stranger could empty it and lock the person out.
#pragma once

#include <chrono>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"

namespace boardgate::boardgated {

class LoginLimiter {
public:
    explicit LoginLimiter(const Clock& clock) : clock_(clock) {}

    /// Counts one attempt. Returns zero when it is allowed, otherwise how long to wait.
    [[nodiscard]] std::chrono::seconds take(std::string_view user, std::string_view address);
    /// After a successful login: failed attempts before it no longer count.
    void forgive(std::string_view user, std::string_view address);
    /// An attempt on which PAM gave no verdict does not count, but among all attempts.
    void give_back(std::string_view user, std::string_view address);

private:
    struct Rate {
        double burst;
        double per_second;
    };
    struct Bucket {
        std::string key;
        double left;
        BootTime seen;
    };
    static constexpr Rate of_account{5, 1.0 / 20};
    static constexpr Rate of_address{30, 1.0 / 2};
    static constexpr Rate of_everybody{100, 5};
    /// Beyond this number the least recently used bucket is dropped.
    static constexpr std::size_t most_buckets = 10000;

    struct Buckets {
        std::list<Bucket> list{};  ///< the most recently used first
        std::unordered_map<std::string, std::list<Bucket>::iterator> by_key{};
        Bucket everybody{"", of_everybody.burst, BootTime{}};
    };
    Bucket& bucket(Buckets& buckets, const std::string& key, Rate rate) const;
    void refill(Bucket& bucket, Rate rate) const;

    const Clock& clock_;
    LockGuarded<Buckets> buckets_;
};

/// The part of an address that belongs to one person: an IPv4 address, or the /64 of an IPv6 address.
[[nodiscard]] std::string address_holder(std::string_view address);

}  // namespace boardgate::boardgated
