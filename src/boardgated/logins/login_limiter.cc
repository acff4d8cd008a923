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

LoginLimiter::Bucket& LoginLimiter::bucket(Buckets& buckets, const std::string& key, Rate rate) const {
    auto& [list, by_key, everybody] = buckets;
    if (const auto found = by_key.find(key); found != by_key.end()) {
        list.splice(list.begin(), list, found->second);
        refill(list.front(), rate);
        return list.front();
    }
    if (list.size() >= most_buckets) {
        by_key.erase(list.back().key);
        list.pop_back();
    }
    list.push_front({key, rate.burst, clock_.boot()});
    by_key.emplace(key, list.begin());
    return list.front();
}

std::chrono::seconds LoginLimiter::take(std::string_view user, std::string_view address) {
    const auto buckets = buckets_.lock();
    Bucket& account = bucket(*buckets, key_of(user, address), of_account);
    Bucket& holder = bucket(*buckets, address_holder(address), of_address);
    refill(buckets->everybody, of_everybody);
    double wait = 0;
    const auto ask = [&wait](const Bucket& bucket, Rate rate) {
        if (bucket.left < 1) wait = std::max(wait, (1 - bucket.left) / rate.per_second);
    };
    ask(account, of_account);
    ask(holder, of_address);
    ask(buckets->everybody, of_everybody);
    if (wait > 0) return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(wait)));
    for (Bucket* each : {&account, &holder, &buckets->everybody}) each->left -= 1;
    return std::chrono::seconds(0);
}

void LoginLimiter::forgive(std::string_view user, std::string_view address) {
    bucket(*buckets_.lock(), key_of(user, address), of_account).left = of_account.burst;
}

void LoginLimiter::give_back(std::string_view user, std::string_view address) {
    const auto buckets = buckets_.lock();
    const auto add_one = [](Bucket& bucket, Rate rate) { bucket.left = std::min(rate.burst, bucket.left + 1); };
    add_one(bucket(*buckets, key_of(user, address), of_account), of_account);
    add_one(bucket(*buckets, address_holder(address), of_address), of_address);
}

}  // namespace boardgate::boardgated
