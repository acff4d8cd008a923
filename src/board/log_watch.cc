// SPDX-License-Identifier: MIT
#include "src/board/log_watch.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <system_error>
#include <thread>

#include "src/base/lock_guarded.h"

namespace boardgate::board {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds shortest_pause{500};
/// Notices must be up to date within a minute, however long TensorBoard's reload interval is.
constexpr milliseconds longest_pause{60'000};
/// The time of a restart of TensorBoard on a busy machine.
constexpr milliseconds time_to_start{1000};
constexpr int share_of_time = 20;

}  // namespace

milliseconds pause_after(seconds reload_interval, milliseconds scan_took) {
    const milliseconds interval = reload_interval;
    // At 0 TensorBoard loads once, so only notices need scans.
    const milliseconds wanted = interval.count() == 0 ? longest_pause : std::max(interval / 2, interval - time_to_start);
    return std::max(std::clamp(wanted, shortest_pause, longest_pause), scan_took * (share_of_time - 1));
}

struct LogWatch::Shared {
    Shared(Fd fd, LinkFarm links) : news(std::move(fd)), farm(std::move(links)) {}

    void run(LogFiles files, seconds reload_interval) {
        for (bool stopping = false; !stopping;) {
            const auto began = steady_clock::now();
            Scan found = files.scan();
            if (following) found.followed = farm.update(found.replaced, found.circles);
            const auto took = std::chrono::ceil<milliseconds>(steady_clock::now() - began);
            auto locked = state.lock();
            if (locked->latest && !locked->latest->replaced.empty()) {
                found.followed = found.followed && locked->latest->followed;
                found.replaced.insert(found.replaced.end(), locked->latest->replaced.begin(), locked->latest->replaced.end());
            }
            locked->latest = std::move(found);
            eventfd_write(news.get(), 1);
            stopping = stop.wait_for(locked.lock(), pause_after(reload_interval, took), [&] { return locked->stopping; });
        }
    }

    struct State {
        bool stopping = false;
        std::optional<Scan> latest{};
    };
    const Fd news;
    LinkFarm farm;
    std::atomic<bool> following = false;
    LockGuarded<State> state;
    std::condition_variable stop;
};

Result<LogWatch> LogWatch::start(LogFiles files, LinkFarm farm, seconds reload_interval) {
    Fd news(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!news) return system_error("cannot watch the log directory");
    auto shared = std::make_shared<Shared>(std::move(news), std::move(farm));
    try {
        std::thread([shared, files = std::move(files), reload_interval]() mutable {
            shared->run(std::move(files), reload_interval);
        }).detach();
    } catch (const std::system_error& error) {
        return system_error("cannot watch the log directory", {}, error.code().value());
    }
    return LogWatch(std::move(shared));
}

LogWatch::~LogWatch() {
    if (shared_ == nullptr) return;
    shared_->state.lock()->stopping = true;
    shared_->stop.notify_all();
}

void LogWatch::follow_replaced() { shared_->following = true; }

int LogWatch::fd() const { return shared_->news.get(); }

std::optional<Scan> LogWatch::take() {
    eventfd_t times = 0;
    eventfd_read(shared_->news.get(), &times);
    return std::exchange(shared_->state.lock()->latest, std::nullopt);
}

}  // namespace boardgate::board
