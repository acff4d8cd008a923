// SPDX-License-Identifier: MIT
#include "src/data/log_directory.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

namespace boardgate::data {

namespace {

constexpr std::chrono::seconds between_writes{60};

/// Looks without a pause would take a whole processor.
constexpr std::chrono::seconds shortest_pause{1};

/// The run's folder, as it was found and as it is called without links: a link may lead to another one later.
std::string cache_key(const std::string& file) {
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    std::error_code error;
    return folder.string() + '\n' + std::filesystem::canonical(folder, error).string();
}

unsigned threads_for(std::size_t work) {
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    return static_cast<unsigned>(std::min<std::size_t>(work, std::min(processors, LogDirectory::most_threads)));
}

}  // namespace

LogDirectory::~LogDirectory() {
    state_.lock()->stopping = true;
    stopping_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void LogDirectory::start(std::optional<std::chrono::seconds> interval) {
    thread_ = std::thread([this, interval] { keep_looking(interval); });
}

void LogDirectory::keep_looking(std::optional<std::chrono::seconds> interval) {
    look();
    if (!interval) return;
    const auto stopping_in_pause = [&] {
        auto state = state_.lock();
        return stopping_.wait_for(state.lock(), std::max(*interval, shortest_pause), [&] { return state->stopping; });
    };
    while (!stopping_in_pause()) look();
}

std::shared_ptr<const Runs> LogDirectory::runs() const { return state_.read()->runs; }

void LogDirectory::look() {
    const Findings found = find_event_files(path_);
    match_runs(found);
    std::vector<Work> work;
    for (const auto& [name, files] : found.runs) {
        Kept& kept = readers_.find(name)->second;
        if (kept.reader.has_changed(files)) work.push_back({&files, &kept, &name});
    }
    read_all(work);
    say_what_is_unreadable(found);
    if (looked_) looked_(notices_of(found));
    fill_cache();
}

FileNotices LogDirectory::notices_of(const Findings& found) const {
    FileNotices notices;
    for (const std::string& path : found.dead_links) notices.add("dead_links", name_below(path_, path));
    if (!found.profile.empty()) notices.add("profiles", name_below(path_, found.profile));
    for (const auto& [name, kept] : readers_) {
        const RunReader& reader = kept.reader;
        for (const auto& [path, error] : reader.unreadable()) notices.add("unreadable_event_files", name_below(path_, path));
        if (const auto files = found.runs.find(name); files != found.runs.end()) reader.add_notices(notices, path_, name, files->second);
    }
    return notices;
}

/// Runs that are new are listed before they are read, and fill while they are.
void LogDirectory::match_runs(const Findings& found) {
    bool changed = std::erase_if(readers_, [&](const auto& reader) { return !found.runs.contains(reader.first); }) > 0;
    for (const auto& [name, files] : found.runs) changed = readers_.try_emplace(name, rules_).second || changed;
    if (!changed) return;
    auto runs = std::make_shared<Runs>();
    for (const auto& [name, kept] : readers_) runs->emplace(name, kept.reader.run());
    state_.lock()->runs = std::move(runs);
}

void LogDirectory::read_all(const std::vector<Work>& work) {
    std::atomic<std::size_t> next = 0;
    const auto read_some = [&] {
        events::EventReader reader;
        for (std::size_t i = 0; (i = next++) < work.size();) read_one(work[i], reader);
    };
    std::vector<std::thread> helpers;
    for (unsigned i = 1; i < threads_for(work.size()); ++i) helpers.emplace_back(read_some);
    read_some();
    for (std::thread& helper : helpers) helper.join();
}

void LogDirectory::read_one(const Work& work, events::EventReader& reader) {
    RunReader& run = work.kept->reader;
    auto before = run.run();
    std::uint64_t bytes = run.bytes_read();
    if (std::exchange(work.kept->is_new, false) && cache_) {
        work.kept->key = cache_key(work.files->front().path);
        const auto state = cache_->load(work.kept->key);
        if (state && run.restore(*state, *work.files)) {
            publish(*work.name, before = run.run());
            bytes = run.bytes_read();
        }
    }
    run.read(*work.files, reader);
    work.kept->changed = work.kept->changed || run.bytes_read() != bytes || run.run() != before;
    if (run.run() != before) publish(*work.name, run.run());
}

/// Often enough: a board is ended without a word.
void LogDirectory::fill_cache() {
    const auto now = std::chrono::steady_clock::now();
    if (!cache_ || (cached_at_ && now - *cached_at_ < between_writes)) return;
    cached_at_ = now;
    bool any = false;
    for (auto& [name, kept] : readers_) {
        if (!kept.changed || kept.reader.bytes_read() < least_cached_) continue;
        const auto state = kept.reader.state();
        if (!state) continue;
        any = cache_->store(kept.key, *state) || any;
        kept.changed = false;
    }
    if (any) cache_->trim();
}

void LogDirectory::publish(const std::string& name, std::shared_ptr<const Run> run) {
    const auto state = state_.lock();
    auto runs = std::make_shared<Runs>(*state->runs);
    runs->insert_or_assign(name, std::move(run));
    state->runs = std::move(runs);
}

void LogDirectory::say_what_is_unreadable(const Findings& found) {
    std::map<std::string, int> unreadable = found.unreadable;
    for (const auto& [name, kept] : readers_) unreadable.insert(kept.reader.unreadable().begin(), kept.reader.unreadable().end());
    for (const auto& [path, error] : unreadable) {
        if (!said_.contains(path)) std::fprintf(stderr, "boardgate-data: cannot read %s: %s\n", path.c_str(), std::strerror(error));
    }
    said_ = std::move(unreadable);
}

}  // namespace boardgate::data
