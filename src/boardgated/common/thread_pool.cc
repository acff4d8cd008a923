// SPDX-License-Identifier: MIT
#include "src/boardgated/common/thread_pool.h"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "src/base/log.h"

namespace boardgate::boardgated {

ThreadPool::ThreadPool(std::string name, PoolLimits limits) : name_(std::move(name)), limits_(limits) {}

void ThreadPool::finish() {
    std::vector<std::thread> threads;
    {
        const auto state = state_.lock();
        state->stopping = true;
        threads.swap(state->threads);
    }
    changed_.notify_all();
    for (std::thread& thread : threads) thread.join();
}

bool ThreadPool::start_thread(State& state) {
    try {
        state.threads.emplace_back([this] { serve(); });
        return true;
    } catch (const std::system_error& error) {
        log_event(Event::request_fault, name_ + ": no further thread: " + error.what());
        return false;
    }
}

std::size_t ThreadPool::startable(const State& state) const {
    std::size_t count = 0;
    for (const Share& share : state.turns) {
        const Holder& holder = state.holders.at(share);
        count += std::min(holder.queue.size(), limits_.of_one - holder.running);
    }
    return count;
}

bool ThreadPool::add(const Share& share, Work work) {
    {
        const auto state = state_.lock();
        if (state->stopping || state->queued >= limits_.queue) return false;
        const auto found = state->holders.find(share);
        const std::size_t queued = found == state->holders.end() ? 0 : found->second.queue.size();
        const std::size_t own = found == state->holders.end() ? 0 : queued + found->second.running;
        if (own >= limits_.of_one + limits_.queue_of_one) return false;
        const bool all_busy = own < limits_.of_one && startable(*state) >= state->idle;
        if (all_busy && state->threads.size() < limits_.threads && !start_thread(*state) && state->threads.empty()) return false;
        if (queued == 0) state->turns.push_back(share);
        state->holders[share].queue.push_back(std::move(work));
        ++state->queued;
    }
    changed_.notify_one();
    return true;
}

ThreadPool::Work ThreadPool::take_next(State& state, Share& share) const {
    const auto next = std::find_if(state.turns.begin(), state.turns.end(),
                                   [&](const Share& each) { return state.holders.at(each).running < limits_.of_one; });
    if (next == state.turns.end()) return {};
    share = *next;
    Holder& holder = state.holders.at(share);
    Work work = std::move(holder.queue.front());
    holder.queue.pop_front();
    ++holder.running;
    --state.queued;
    if (holder.queue.empty()) {
        state.turns.erase(next);
    } else {
        state.turns.splice(state.turns.end(), state.turns, next);
    }
    return work;
}

void ThreadPool::serve() {
    pthread_setname_np(pthread_self(), name_.c_str());
    for (;;) {
        Work work;
        Share share;
        {
            auto state = state_.lock();
            ++state->idle;
            changed_.wait(state.lock(), [&] {
                work = take_next(*state, share);
                return work || (state->stopping && state->queued == 0);
            });
            --state->idle;
            if (!work) return;
        }
        try {
            work();
        } catch (const std::exception& exception) {
            log_event(Event::request_fault, exception.what());
        }
        work = {};  // what it owns goes while it still counts
        const auto state = state_.lock();
        const auto done = state->holders.find(share);
        if (--done->second.running == 0 && done->second.queue.empty()) state->holders.erase(done);
        // This thread takes what this holder has next; others may wait for the end of the queue.
        if (state->stopping) changed_.notify_all();
    }
}

}  // namespace boardgate::boardgated
