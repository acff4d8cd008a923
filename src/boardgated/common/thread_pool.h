// SPDX-License-Identifier: MIT
// Threads for work that waits for PAM, systemd or a file system, so that the threads that take requests never wait.
// The queue is bounded. A thread starts when work comes and no thread is idle.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "src/base/lock_guarded.h"

namespace boardgate::boardgated {

class ThreadPool {
public:
    using Work = std::function<void()>;

    ThreadPool(std::string name, std::size_t most_threads, std::size_t longest_queue);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    ~ThreadPool() { finish(); }

    /// False when the queue is full: the caller answers "busy". An exception that leaves `work` is logged.
    [[nodiscard]] bool add(Work work);

    /// Finishes the queued work and accepts no more. Call it before destroying anything that the work refers to.
    void finish();

    /// The number of threads that were started so far.
    [[nodiscard]] std::size_t threads() { return state_.lock()->threads.size(); }

private:
    struct State {
        std::deque<Work> queue;
        std::vector<std::thread> threads;
        std::size_t idle = 0;
        bool stopping = false;
    };
    void serve();
    [[nodiscard]] bool start_thread(State& state);

    const std::string name_;
    const std::size_t most_threads_;
    const std::size_t longest_queue_;
    LockGuarded<State> state_;
    std::condition_variable changed_;
};

}  // namespace boardgate::boardgated
