// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/ended_logins.h"

#include <pthread.h>

#include <chrono>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {
/// After a failure: the launcher starts anew, a disk has room again.
constexpr std::chrono::seconds between_attempts{2};
/// In one message to the launcher.
constexpr std::size_t most_at_once = 500;
}  // namespace

Result<void> EndedLogins::start() {
    const auto known = store_.unrevoked();
    if (!known) return error_of(known);
    for (const std::string& hash : *known) state_.lock()->left[hash].stored = true;
    state_.lock()->changed = true;
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    return {};
}

void EndedLogins::finish() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    (void)store();
}

void EndedLogins::add(const std::vector<TokenHash>& tokens) {
    if (tokens.empty()) return;
    {
        const auto state = state_.lock();
        for (const TokenHash& token : tokens) state->left.try_emplace(token.hex());
        state->changed = true;
    }
    changed_.notify_one();
}

std::vector<std::string> EndedLogins::hashes(bool Left::*done) const {
    std::vector<std::string> found;
    const auto state = state_.read();
    for (const auto& [hash, left] : state->left) {
        if (!(left.*done)) found.push_back(hash);
    }
    return found;
}

void EndedLogins::mark(const std::vector<std::string>& hashes, bool Left::*done) {
    std::vector<std::string> finished;
    {
        const auto state = state_.lock();
        for (const std::string& hash : hashes) {
            const auto found = state->left.find(hash);
            if (found == state->left.end()) continue;
            found->second.*done = true;
            if (!found->second.stored || !found->second.revoked) continue;
            finished.push_back(hash);
            state->left.erase(found);
        }
    }
    // If this fails, they are revoked once more after a restart.
    if (const auto forgotten = store_.forget_revoked(finished); !forgotten) log_event(Event::storage_fault, forgotten.error().text());
}

bool EndedLogins::store() {
    const std::vector<std::string> ended = hashes(&Left::stored);
    if (const auto stored = store_.end_sessions(ended); !stored) {
        log_event(Event::storage_fault, stored.error().text());
        return false;
    }
    mark(ended, &Left::stored);
    return true;
}

bool EndedLogins::revoke() {
    std::vector<std::string> ended = hashes(&Left::revoked);
    const bool all = ended.size() <= most_at_once;
    if (!all) ended.resize(most_at_once);
    if (ended.empty()) return true;
    std::vector<TokenHash> tickets;
    for (const std::string& hash : ended) {
        if (const auto ticket = TokenHash::from_hex(hash)) tickets.push_back(*ticket);
    }
    if (!revoke_(tickets)) return false;
    mark(ended, &Left::revoked);
    return all;
}

bool EndedLogins::work() {
    const bool stored = store();
    return revoke() && stored;
}

void EndedLogins::serve(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "ended logins");
    while (!stop.stop_requested()) {
        bool done = false;
        try {
            done = work();
        } catch (const std::exception& exception) {
            log_event(Event::request_fault, exception.what());
        }
        auto state = state_.lock();
        const auto more = [&] { return state->changed; };
        if (done) {
            changed_.wait(state.lock(), stop, more);
        } else {
            changed_.wait_for(state.lock(), stop, between_attempts, [] { return false; });
        }
        state->changed = false;
    }
}

}  // namespace boardgate::boardgated
