// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/ended_logins.h"

#include <pthread.h>

#include <algorithm>

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
    state_.lock()->to_revoke = true;
    storing_ = std::jthread([this](const std::stop_token& stop) { serve(stop, &State::to_store, &EndedLogins::store); });
    revoking_ = std::jthread([this](const std::stop_token& stop) { serve(stop, &State::to_revoke, &EndedLogins::revoke); });
    return {};
}

void EndedLogins::finish() {
    if (!storing_.joinable()) return;
    storing_.request_stop();
    revoking_.request_stop();
    storing_.join();
    revoking_.join();
    (void)store();
}

void EndedLogins::add(const std::vector<TokenHash>& tokens) {
    if (tokens.empty()) return;
    {
        const auto state = state_.lock();
        for (const TokenHash& token : tokens) state->left.try_emplace(token.hex());
        state->to_store = state->to_revoke = true;
    }
    changed_.notify_all();
}

bool EndedLogins::await_stored(const std::vector<TokenHash>& tokens) {
    if (!storing_.joinable()) return false;
    auto state = state_.lock();
    return changed_.wait_for(state.lock(), longest_wait, [&] {
        return std::all_of(tokens.begin(), tokens.end(), [&](const TokenHash& token) {
            const auto found = state->left.find(token.hex());
            return found == state->left.end() || found->second.stored;
        });
    });
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
    changed_.notify_all();
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

void EndedLogins::serve(const std::stop_token& stop, bool State::*changed, bool (EndedLogins::*work)()) {
    pthread_setname_np(pthread_self(), changed == &State::to_store ? "ended sessions" : "ended tickets");
    while (!stop.stop_requested()) {
        bool done = false;
        try {
            done = (this->*work)();
        } catch (const std::exception& exception) {
            log_event(Event::request_fault, exception.what());
        }
        auto state = state_.lock();
        if (done) {
            changed_.wait(state.lock(), stop, [&] { return (*state).*changed; });
        } else {
            changed_.wait_for(state.lock(), stop, between_attempts, [] { return false; });
        }
        (*state).*changed = false;
    }
}

}  // namespace boardgate::boardgated
