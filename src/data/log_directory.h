// SPDX-License-Identifier: MIT
// The runs below a log directory, kept up to date by a thread that looks again and again, and reads with a few more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "src/base/lock_guarded.h"
#include "src/data/run_cache.h"
#include "src/data/run_reader.h"

namespace boardgate::data {

class LogDirectory : public RunSource {
public:
    /// Threads that read, whatever the machine has: more would only wait for each other's memory.
    static constexpr unsigned most_threads = 8;

    /// Gets what is wrong with the files.
    using Looked = std::function<void(const FileNotices& notices)>;

    /// `looked` is called after each look, in its thread.
    LogDirectory(std::string path, ReadingRules rules, Looked looked = {})
        : path_(std::move(path)), rules_(std::move(rules)), looked_(std::move(looked)) {}
    ~LogDirectory() override;

    /// Begins with what it holds, and keeps it up to date. Runs with less than `least` bytes are not kept. Before `start`.
    void use_cache(RunCache cache, std::uint64_t least) {
        cache_.emplace(std::move(cache));
        least_cached_ = least;
    }

    /// Looks immediately, and again this long after each look; without an interval only once.
    void start(std::optional<std::chrono::seconds> interval);
    /// One look, in the calling thread and those it takes to help.
    void look();
    [[nodiscard]] std::shared_ptr<const Runs> runs() const override;

private:
    struct Kept;
    struct Work {
        const std::vector<FoundFile>* files;
        Kept* kept;
        const std::string* name;
    };
    void match_runs(const Findings& found);
    void read_all(const std::vector<Work>& work);
    void read_one(const Work& work, events::EventReader& reader);
    void fill_cache();
    void publish(const std::string& name, std::shared_ptr<const Run> run);
    void say_what_is_unreadable(const Findings& found);
    [[nodiscard]] FileNotices notices_of(const Findings& found) const;
    void keep_looking(std::optional<std::chrono::seconds> interval);

    const std::string path_;
    const ReadingRules rules_;
    const Looked looked_;
    /// What the looking thread keeps of a run; while it reads, one of its helpers.
    struct Kept {
        explicit Kept(const ReadingRules& rules) : reader(rules) {}
        RunReader reader;
        bool is_new = true;
        std::string key{};     ///< of the cache
        bool changed = false;  ///< since it was cached
    };
    std::map<std::string, Kept, std::less<>> readers_;  ///< by run
    std::optional<RunCache> cache_;
    std::uint64_t least_cached_ = 0;
    std::optional<std::chrono::steady_clock::time_point> cached_at_;
    std::map<std::string, int> said_;

    struct State {
        bool stopping = false;
        std::shared_ptr<const Runs> runs = std::make_shared<Runs>();
    };
    LockGuarded<State> state_;
    std::condition_variable stopping_;
    std::thread thread_;
};

}  // namespace boardgate::data
