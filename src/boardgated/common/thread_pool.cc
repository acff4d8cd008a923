// SPDX-License-Identifier: MIT
#include "src/boardgated/common/thread_pool.h"

#include <pthread.h>

#include <system_error>
#include <utility>

#include "src/base/log.h"

namespace boardgate::boardgated {

ThreadPool::ThreadPool(std::string name, std::size_t most_threads, std::size_t longest_queue)
    : name_(std::move(name)), most_threads_(most_threads), longest_queue_(longest_queue) {}

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

bool ThreadPool::add(Work work) {
    {
        const auto state = state_.lock();
        if (state->stopping || state->queue.size() >= longest_queue_) return false;
        const bool all_busy = state->queue.size() >= state->idle;
        if (all_busy && state->threads.size() < most_threads_ && !start_thread(*state) && state->threads.empty()) return false;
        state->queue.push_back(std::move(work));
    }
    changed_.notify_one();
    return true;
}

void ThreadPool::serve() {
    pthread_setname_np(pthread_self(), name_.c_str());
    for (;;) {
        Work work;
        {
            auto state = state_.lock();
            ++state->idle;
            changed_.wait(state.lock(), [&] { return state->stopping || !state->queue.empty(); });
            --state->idle;
            if (state->queue.empty()) return;
            work = std::move(state->queue.front());
            state->queue.pop_front();
        }
        try {
            work();
        } catch (const std::exception& exception) {
            log_event(Event::request_fault, exception.what());
        }
    }
}

}  // namespace boardgate::boardgated
