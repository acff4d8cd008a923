// SPDX-License-Identifier: MIT
// Token buckets, one for each key: `burst` immediately, then `per_second`. Not thread-safe.
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "src/base/clock.h"

namespace boardgate::boardgated {

class TokenBuckets {
public:
    struct Rate {
        double burst;
        double per_second;
    };
    /// Beyond this number of keys the least recently used are dropped: they are full again soon.
    static constexpr std::size_t most = 10000;

    TokenBuckets(const Clock& clock, Rate rate) : clock_(clock), rate_(rate) {}

    /// How many seconds pass until this key has a token; 0 if it has one.
    [[nodiscard]] double wait(const std::string& key);
    /// Whether nothing was taken lately.
    [[nodiscard]] bool is_full(const std::string& key) { return of(key).left >= rate_.burst; }
    void take(const std::string& key) { of(key).left -= 1; }
    void give_back(const std::string& key, double number = 1);
    void fill(const std::string& key) { of(key).left = rate_.burst; }

private:
    struct Bucket {
        std::string key;
        double left;
        BootTime seen;
    };
    Bucket& of(const std::string& key);

    const Clock& clock_;
    const Rate rate_;
    std::list<Bucket> buckets_;  ///< the most recently used first
    std::unordered_map<std::string, std::list<Bucket>::iterator> by_key_;
};

}  // namespace boardgate::boardgated
