// SPDX-License-Identifier: MIT
#include "src/boardgated/work_lane.h"

#include <pthread.h>

#include "src/base/log.h"

namespace boardgate::boardgated {

WorkLane::WorkLane(std::string name, unsigned threads, std::size_t longest_queue) : name_(std::move(name)), longest_queue_(longest_queue) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

void WorkLane::finish() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

bool WorkLane::add(Work work) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= longest_queue_) return false;
        queue_.push_back(std::move(work));
    }
    changed_.notify_one();
    return true;
}

void WorkLane::serve() {
    pthread_setname_np(pthread_self(), name_.c_str());
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        {
            const Work work = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            try {
                work();
            } catch (const std::exception& exception) {
                log_event(Event::request_fault, exception.what());
            }
        }
        lock.lock();
    }
}

}  // namespace boardgate::boardgated
