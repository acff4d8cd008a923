// SPDX-License-Identifier: MIT
#include "src/base/background_log.h"

#include <pthread.h>

#include <cstdio>

namespace boardgate {

namespace {
/// The thread looks this often whether it is to end.
constexpr std::chrono::milliseconds patience{200};
/// For the last messages of a program that ends.
constexpr int last_tries = 5;
}  // namespace

BackgroundLog::BackgroundLog(JournalSocket journal, std::function<std::string(std::size_t)> dropped, std::size_t most)
    : journal_(std::move(journal)), dropped_(std::move(dropped)), most_(most), thread_([this] { run(); }) {}

BackgroundLog::~BackgroundLog() {
    waiting_.lock()->ending = true;
    changed_.notify_all();
    thread_.join();
}

void BackgroundLog::add(std::string message) {
    {
        const auto waiting = waiting_.lock();
        if (waiting->messages.size() >= most_) {
            ++waiting->dropped;
            return;
        }
        waiting->messages.push_back(std::move(message));
    }
    changed_.notify_one();
}

std::string BackgroundLog::next() {
    auto waiting = waiting_.lock();
    changed_.wait(waiting.lock(), [&] { return waiting->ending || !waiting->messages.empty(); });
    if (waiting->messages.empty()) return {};
    std::string message = std::move(waiting->messages.front());
    waiting->messages.pop_front();
    // Behind the messages that were queued before the first one was dropped.
    if (waiting->messages.empty() && waiting->dropped > 0) waiting->messages.push_back(dropped_(std::exchange(waiting->dropped, 0)));
    return message;
}

void BackgroundLog::run() {
    pthread_setname_np(pthread_self(), "log");
    int tries = 0;
    for (std::string message = next(); !message.empty(); message = next()) {
        for (;;) {
            const auto outcome = journal_.send(message, patience);
            if (outcome == JournalSocket::Outcome::missing) std::fputs(message.c_str(), stderr);
            if (outcome != JournalSocket::Outcome::full) break;
            if (waiting_.lock()->ending && ++tries >= last_tries) return;
        }
    }
}

}  // namespace boardgate
