// SPDX-License-Identifier: MIT
// How often somebody may try to log in, before PAM is asked at all. Three buckets: the account from one address,
// the address, and everybody. An account alone has none: otherwise a stranger could lock people out.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "src/base/clock.h"

namespace boardgate::boardgated {

class LoginLimiter {
public:
    explicit LoginLimiter(const Clock& clock) : clock_(clock) {}

    /// Takes one attempt. Zero when it may go on, otherwise how long to wait.
    [[nodiscard]] std::chrono::seconds take(std::string_view user, std::string_view address);
    /// A login that went well: mistyping before it does not count any more.
    void forgive(std::string_view user, std::string_view address);

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
    /// Beyond this many the ones not seen for longest are forgotten.
    static constexpr std::size_t most_buckets = 10000;

    Bucket& bucket(const std::string& key, Rate rate);
    void refill(Bucket& bucket, Rate rate) const;

    const Clock& clock_;
    std::mutex mutex_;
    std::list<Bucket> buckets_;  // the one seen last stands first
    std::unordered_map<std::string, std::list<Bucket>::iterator> by_key_;
    Bucket everybody_{"", of_everybody.burst, BootTime{}};
};

/// The part of an address that one person holds: an IPv4 address, or the /64 of an IPv6 address.
[[nodiscard]] std::string address_holder(std::string_view address);

}  // namespace boardgate::boardgated
