// SPDX-License-Identifier: MIT
// Threads for work that waits for others (PAM, systemd, a file system), apart from those that answer requests,
// with a queue that may fill up but never grows without end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace boardgate::boardgated {

class WorkLane {
public:
    using Work = std::function<void()>;

    WorkLane(std::string name, unsigned threads, std::size_t longest_queue);
    WorkLane(const WorkLane&) = delete;
    WorkLane& operator=(const WorkLane&) = delete;
    ~WorkLane() { finish(); }

    /// False when the queue is full: the caller says "busy". An exception that leaves `work` is logged.
    [[nodiscard]] bool add(Work work);

    /// Finishes what is queued and takes nothing more: before those go whom the work refers to.
    void finish();

private:
    void serve();
    const std::string name_;
    const std::size_t longest_queue_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace boardgate::boardgated
