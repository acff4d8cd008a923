// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/login_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>

namespace boardgate::boardgated {

namespace {
std::string key_of(std::string_view user, std::string_view address) { return address_holder(address) + " " + std::string(user); }
}  // namespace

std::string address_holder(std::string_view address) {
    in6_addr six{};
    if (inet_pton(AF_INET6, std::string(address).c_str(), &six) != 1) return std::string(address);
    std::fill(std::begin(six.s6_addr) + 8, std::end(six.s6_addr), std::uint8_t{0});
    char text[INET6_ADDRSTRLEN];
    return std::string(inet_ntop(AF_INET6, &six, text, sizeof text)) + "/64";
}

void LoginLimiter::refill(Bucket& bucket, Rate rate) const {
    const BootTime now = clock_.boot();
    const double seconds = std::chrono::duration<double>(now - bucket.seen).count();
    bucket.left = std::min(rate.burst, bucket.left + seconds * rate.per_second);
    bucket.seen = now;
}

LoginLimiter::Bucket& LoginLimiter::bucket(const std::string& key, Rate rate) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, found->second);
        refill(buckets_.front(), rate);
        return buckets_.front();
    }
    if (buckets_.size() >= most_buckets) {
        by_key_.erase(buckets_.back().key);
        buckets_.pop_back();
    }
    buckets_.push_front({key, rate.burst, clock_.boot()});
    by_key_.emplace(key, buckets_.begin());
    return buckets_.front();
}

std::chrono::seconds LoginLimiter::take(std::string_view user, std::string_view address) {
    const std::lock_guard lock(mutex_);
    Bucket& account = bucket(key_of(user, address), of_account);
    Bucket& holder = bucket(address_holder(address), of_address);
    refill(everybody_, of_everybody);
    double wait = 0;
    const auto ask = [&wait](const Bucket& bucket, Rate rate) {
        if (bucket.left < 1) wait = std::max(wait, (1 - bucket.left) / rate.per_second);
    };
    ask(account, of_account);
    ask(holder, of_address);
    ask(everybody_, of_everybody);
    if (wait > 0) return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(wait)));
    for (Bucket* each : {&account, &holder, &everybody_}) each->left -= 1;
    return std::chrono::seconds(0);
}

void LoginLimiter::forgive(std::string_view user, std::string_view address) {
    const std::lock_guard lock(mutex_);
    bucket(key_of(user, address), of_account).left = of_account.burst;
}

}  // namespace boardgate::boardgated
