// SPDX-License-Identifier: MIT
// A file system that does not answer keeps a thread for as long as it likes. Such a thread is left behind, and its folder is
// not touched again until it answers.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "src/base/lock_guarded.h"

namespace boardgate::logdirs {

/// A local disk answers in milliseconds, a busy file server in tenths of a second.
inline constexpr std::chrono::milliseconds patience_with_a_folder{2500};

/// The folders of this process that threads wait for, and these threads.
class SilentFolders {
public:
    /// Each costs a thread.
    static constexpr std::size_t most = 4;

    /// Not destroyed: a thread may wait until the process ends.
    [[nodiscard]] static SilentFolders& of_process();
    /// The thread waits for this folder. False when too many wait already: then nothing more should be tried.
    [[nodiscard]] bool add(const std::string& folder, std::thread thread);
    /// The calling thread came back, and is about to end.
    void remove_this_thread();
    /// The silent folder that `path` is, or is below.
    [[nodiscard]] std::optional<std::string> above(const std::string& path) const;

private:
    struct Contents {
        std::multimap<std::string, std::thread> waiting{};
        std::vector<std::thread> ended{};  ///< joined by the next call of add()
    };
    LockGuarded<Contents> contents_;
};

/// The mount point between `start` and a path below it; the path itself if there is none.
[[nodiscard]] std::string mount_point_below(const std::string& start, const std::string& path);

/// Does work on a folder in a thread, and leaves the thread behind when it takes longer than `patience`. `work` owns what
/// it needs.
template <class Value>
std::optional<Value> patiently(const std::string& folder, std::function<Value()> work,
                               std::chrono::milliseconds patience = patience_with_a_folder) {
    if (SilentFolders::of_process().above(folder)) return std::nullopt;
    struct Task {
        std::packaged_task<Value()> work;
        std::promise<bool> left_behind;
    };
    const auto task = std::make_shared<Task>(Task{std::packaged_task<Value()>(std::move(work)), {}});
    auto result = task->work.get_future();
    std::thread thread([task] {
        auto left_behind = task->left_behind.get_future();
        task->work();
        if (left_behind.get()) SilentFolders::of_process().remove_this_thread();
    });
    if (result.wait_for(patience) == std::future_status::ready) {
        task->left_behind.set_value(false);
        thread.join();
        return result.get();
    }
    (void)SilentFolders::of_process().add(folder, std::move(thread));
    task->left_behind.set_value(true);
    return std::nullopt;
}

}  // namespace boardgate::logdirs
