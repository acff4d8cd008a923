// SPDX-License-Identifier: MIT
// Threads for work that waits for others (PAM, systemd, a file system), apart from the threads that answer requests.
// Every holder of a share, a person or an address, has the same share of them: the holders take turns, each has a few
// threads at most, and a bounded queue of its own. A thread starts when work comes and no thread is idle.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "src/base/lock_guarded.h"

namespace boardgate::boardgated {

/// The holder of a share: a person, or without a session an address.
using Share = std::string;
[[nodiscard]] inline Share share_of(std::uint32_t uid) { return std::to_string(uid); }

struct PoolLimits {
    std::size_t threads;       ///< of all holders
    std::size_t of_one;        ///< of one holder
    std::size_t queue;         ///< work that waits, of all holders
    std::size_t queue_of_one;  ///< of one holder
};

class ThreadPool {
public:
    using Work = std::function<void()>;

    ThreadPool(std::string name, PoolLimits limits);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    ~ThreadPool() { finish(); }

    /// False when the queue is full: the caller answers "busy". An exception that leaves `work` is logged.
    [[nodiscard]] bool add(const Share& share, Work work);

    /// Finishes the queued work and accepts no more. Call it before destroying anything that the work refers to.
    void finish();

    /// The number of threads that were started so far.
    [[nodiscard]] std::size_t threads() { return state_.lock()->threads.size(); }

private:
    struct Holder {
        std::deque<Work> queue{};
        std::size_t running = 0;
    };
    struct State {
        std::map<Share, Holder> holders{};  ///< those with work
        std::list<Share> turns{};           ///< those with work that waits, the next one first
        std::vector<std::thread> threads{};
        std::size_t queued = 0;
        std::size_t idle = 0;
        bool stopping = false;
    };
    void serve();
    [[nodiscard]] bool start_thread(State& state);
    /// Work that could begin now, if there were threads for it.
    [[nodiscard]] std::size_t startable(const State& state) const;
    /// Takes the next work, and sets `share`. Nothing when each holder with work has all threads that it may have.
    [[nodiscard]] Work take_next(State& state, Share& share) const;

    const std::string name_;
    const PoolLimits limits_;
    LockGuarded<State> state_;
    std::condition_variable changed_;
};

}  // namespace boardgate::boardgated
