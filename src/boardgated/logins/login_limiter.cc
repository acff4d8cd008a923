// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/login_limiter.h"

#include <algorithm>
#include <cmath>

namespace boardgate::boardgated {

namespace {

// Each bucket is full again after this time.
constexpr double account_seconds = 100;
constexpr double address_seconds = 60;
constexpr double all_seconds = 20;

// Addresses that failed lately share one bucket, all others another: a guesser does not slow down who comes first.
constexpr const char* failing = "failing";
constexpr const char* fresh = "fresh";

TokenBuckets::Rate rate(setting::Count burst, double seconds) { return {static_cast<double>(burst), static_cast<double>(burst) / seconds}; }

std::string pair_of(std::string_view user, std::string_view holder) {
    std::string pair(holder);
    return pair.append(" ").append(user);
}

}  // namespace

LoginLimiter::LoginLimiter(const Clock& clock, const Settings& settings)
    : state_(State{TokenBuckets(clock, rate(settings.login_attempts, account_seconds)),
                   TokenBuckets(clock, rate(settings.login_attempts_of_address, address_seconds)),
                   TokenBuckets(clock, rate(settings.login_attempts_of_all, all_seconds))}) {}

std::chrono::seconds LoginLimiter::take(std::string_view user, std::string_view holder) {
    const auto state = state_.lock();
    const std::string pair = pair_of(user, holder);
    const std::string address(holder);
    const bool known = state->by_pair.contains(pair);
    const char* all = state->of_address.is_full(address) ? fresh : failing;
    double wait = state->of_account.wait(pair);
    if (!known) wait = std::max({wait, state->of_address.wait(address), state->of_all.wait(all)});
    if (wait > 0) return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(wait)));
    state->of_account.take(pair);
    if (known) return std::chrono::seconds(0);
    state->of_address.take(address);
    state->of_all.take(all);
    return std::chrono::seconds(0);
}

void LoginLimiter::forgive(std::string_view user, std::string_view holder) {
    {
        const auto state = state_.lock();
        const std::string pair = pair_of(user, holder);
        state->of_account.fill(pair);
        if (!state->by_pair.contains(pair)) state->of_address.give_back(std::string(holder));
    }
    remember(user, holder);
}

void LoginLimiter::remember(std::string_view user, std::string_view holder) {
    const auto state = state_.lock();
    auto& known = state->known;
    auto& by_pair = state->by_pair;
    const std::string pair = pair_of(user, holder);
    if (const auto found = by_pair.find(pair); found != by_pair.end()) {
        known.splice(known.begin(), known, found->second);
        return;
    }
    if (known.size() >= most_known) {
        by_pair.erase(known.back());
        known.pop_back();
    }
    known.push_front(pair);
    by_pair.emplace(pair, known.begin());
}

bool LoginLimiter::knows(std::string_view user, std::string_view holder) const {
    return state_.read()->by_pair.contains(pair_of(user, holder));
}

void LoginLimiter::give_back(std::string_view user, std::string_view holder) {
    const auto state = state_.lock();
    const std::string pair = pair_of(user, holder);
    state->of_account.give_back(pair);
    if (!state->by_pair.contains(pair)) state->of_address.give_back(std::string(holder));
}

}  // namespace boardgate::boardgated
