// SPDX-License-Identifier: MIT
#include "src/logdirs/walk.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include "src/base/fd.h"

namespace boardgate::logdirs {

namespace {

/// How often the caller's thread takes what was found.
constexpr std::chrono::milliseconds between_looks{10};
constexpr std::int64_t nanoseconds = 1'000'000'000;

}  // namespace

bool is_folder_of_copies(std::string_view name) { return name == ".ipynb_checkpoints" || name == ".snapshot"; }

/// What the walk and its thread share. A thread that was left behind keeps it alive.
struct Walk::Shared {
    struct Folder {
        std::string path;
        std::size_t start = 0;
        std::size_t depth = 0;
        bool copies = false;
    };
    /// In the order in which they are visited. Links may lead to large trees, hidden folders mostly hold no runs.
    enum Queue : std::size_t { folders, links, hidden, copies, queues };

    Shared(const Clock& with, const Budget& of, std::shared_ptr<DirectoryCache> kept)
        : clock(with),
          end(with.boot() + of.time),
          depth(of.depth),
          cache(std::move(kept)),
          ask_cache(cache != nullptr && !cache->is_empty()),
          entries_left(of.entries) {}

    [[nodiscard]] bool has_budget() const { return entries_left.load(std::memory_order_relaxed) > 0 && clock.boot() < end; }
    using Siblings = std::deque<Folder>;  ///< folders of one folder
    [[nodiscard]] std::list<Siblings>* next_queue() {
        const auto some = std::find_if(waiting.begin(), waiting.end(), [](const auto& queue) { return !queue.empty(); });
        return some == waiting.end() ? nullptr : &*some;
    }
    void give_up(const Folder& folder) {
        if (!folder.copies) incomplete.insert(folder.start);
    }

    const Clock& clock;
    const BootTime end;
    const std::size_t depth;
    const std::shared_ptr<DirectoryCache> cache;
    const bool ask_cache;  ///< the first look finds nothing in it
    std::function<Admit()> make_admit;
    bool once = false;
    std::vector<std::string> starts;
    std::atomic<std::size_t> entries_left;
    std::atomic<std::uint64_t> beats = 0;  ///< each is a sign of life

    std::mutex mutex;  ///< guards what follows
    std::condition_variable changed;
    /// One folder of each group in turn: thousands of data folders do not hold up the runs beside them.
    std::array<std::list<Siblings>, queues> waiting;
    std::set<std::tuple<std::size_t, dev_t, ino_t>> known;
    std::set<std::size_t> incomplete;
    std::vector<Seen> found;
    unsigned worker = 0;  ///< number of the worker that may write here; others were left behind
    bool working = false;
    Folder current;
    std::thread thread;
};

/// Touches folders.
class Walk::Worker {
public:
    using Folder = Shared::Folder;

    Worker(std::shared_ptr<Shared> shared, unsigned number) : shared_(std::move(shared)), number_(number) {
        if (shared_->make_admit) admit_ = shared_->make_admit();
    }

    void run() {
        std::unique_lock lock(shared_->mutex);
        while (shared_->worker == number_) {
            std::list<Shared::Siblings>* queue = shared_->next_queue();
            if (queue == nullptr || !shared_->has_budget()) break;
            const Folder folder = std::move(queue->front().front());
            queue->front().pop_front();
            if (queue->front().empty()) {
                queue->pop_front();
            } else {
                queue->splice(queue->end(), *queue, queue->begin());
            }
            shared_->current = folder;
            lock.unlock();
            look_into(folder);
            lock.lock();
            if (shared_->worker != number_) break;
            publish(folder);
        }
        if (shared_->worker != number_) return;
        shared_->working = false;
        shared_->changed.notify_all();
    }

private:
    struct Child {
        Folder folder;
        Shared::Queue queue;
    };
    void beat() { shared_->beats.fetch_add(1, std::memory_order_relaxed); }

    /// A link may lead to a folder that was seen.
    void publish(const Folder& folder) {
        beat();
        const bool fresh =
            !seen_.readable || shared_->known.emplace(shared_->once ? 0 : folder.start, identity_.st_dev, identity_.st_ino).second;
        if (gave_up_) shared_->give_up(folder);
        if (fresh && !children_.empty()) {
            std::array<Shared::Siblings, Shared::queues> groups;
            for (Child& child : children_) groups[child.queue].push_back(std::move(child.folder));
            for (std::size_t i = 0; i < groups.size(); ++i) {
                if (!groups[i].empty()) shared_->waiting[i].push_back(std::move(groups[i]));
            }
        } else if (!fresh) {
            seen_ = {folder.path, folder.start, folder.depth, folder.copies, true};
        }
        shared_->found.push_back(std::move(seen_));
    }

    void look_into(const Folder& folder) {
        seen_ = {folder.path, folder.start, folder.depth, folder.copies};
        children_.clear();
        gave_up_ = false;
        if (SilentFolders::of_process().above(folder.path)) {
            gave_up_ = seen_.silent = true;
            return;
        }
        if (shared_->ask_cache && stat(folder.path.c_str(), &identity_) == 0) {
            if (const auto entries = shared_->cache->find(identity_)) return look_at_kept(folder, *entries);
        }
        Fd fd(open(folder.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        // Listing is not enough: its files must be accessible, too, which "." shows.
        if (!fd || fstatat(fd.get(), ".", &identity_, 0) != 0 || !may_open(folder)) return;
        const Dir dir(fdopendir(fd.get()));
        if (dir == nullptr) return;
        const int here = fd.release();  // the DIR's now
        seen_.readable = true;
        std::string entries;
        while (const dirent* entry = readdir(dir.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (!spend_entry()) {
                gave_up_ = true;
                break;
            }
            if (!matters(entry->d_type, name)) continue;
            if (shared_->cache != nullptr) {
                entries += static_cast<char>(entry->d_type);
                entries.append(name).push_back('\0');
            }
            look_at(here, entry->d_name, entry->d_type, folder);
        }
        std::sort(seen_.event_files.begin(), seen_.event_files.end());
        if (shared_->cache != nullptr && !gave_up_) shared_->cache->keep(identity_, std::move(entries));
    }

    [[nodiscard]] bool may_open(const Folder& folder) const { return folder.depth == 0 || !admit_.open || admit_.open(identity_); }

    [[nodiscard]] bool spend_entry() {
        if (!shared_->has_budget()) return false;
        beat();
        shared_->entries_left.fetch_sub(1, std::memory_order_relaxed);
        return true;
    }

    /// readdir(3) usually returns the type.
    [[nodiscard]] static bool matters(unsigned char type, std::string_view name) {
        return type == DT_DIR || type == DT_LNK || type == DT_UNKNOWN || name.find("tfevents") != std::string_view::npos;
    }

    void look_at_kept(const Folder& folder, const std::string& entries) {
        if (!may_open(folder)) return;
        seen_.readable = true;
        for (std::size_t at = 0; at < entries.size();) {
            const char* name = entries.c_str() + at + 1;
            if (!spend_entry()) {
                gave_up_ = true;
                break;
            }
            look_at(-1, name, static_cast<unsigned char>(entries[at]), folder);
            at += 2 + std::string_view(name).size();
        }
        std::sort(seen_.event_files.begin(), seen_.event_files.end());
    }

    /// `here`: the folder's descriptor; -1: only its path is known.
    void look_at(int here, const char* name, unsigned char type, const Folder& folder) {
        const std::string_view view = name;
        if (type == DT_DIR) return remember(folder, view, false);
        struct stat info {};
        const bool there = here >= 0 ? fstatat(here, name, &info, 0) == 0 : stat(below(folder.path, view).c_str(), &info) == 0;
        const bool marked = view.find("tfevents") != std::string_view::npos;
        if (!there) {
            if (errno == ENOENT && marked && type == DT_LNK) seen_.dead_links.emplace_back(view);
            return;
        }
        if (S_ISDIR(info.st_mode)) return remember(folder, view, type == DT_LNK);
        if (!marked || !S_ISREG(info.st_mode)) return;
        const auto size = static_cast<std::uint64_t>(info.st_size);
        seen_.event_files.emplace_back(view);
        seen_.newest = std::max<std::int64_t>(seen_.newest, info.st_mtim.tv_sec);
        seen_.changed = std::max<std::int64_t>(seen_.changed, info.st_ctim.tv_sec * nanoseconds + info.st_ctim.tv_nsec);
        seen_.bytes += size;
        seen_.largest = std::max(seen_.largest, size);
    }

    [[nodiscard]] static std::string below(const std::string& folder, std::string_view name) {
        std::string path;
        path.reserve(folder.size() + 1 + name.size());
        path += folder;
        if (!path.ends_with('/')) path += '/';
        return path += name;
    }

    void remember(const Folder& in, std::string_view name, bool link) {
        Folder folder{below(in.path, name), in.start, in.depth + 1, in.copies || is_folder_of_copies(name)};
        if (admit_.name && !admit_.name(folder.path, name, link)) return;
        if (in.depth >= shared_->depth) {
            gave_up_ = true;
            return;
        }
        const Shared::Queue queue = folder.copies           ? Shared::copies
                                    : name.starts_with('.') ? Shared::hidden
                                    : link                  ? Shared::links
                                                            : Shared::folders;
        children_.push_back({std::move(folder), queue});
    }

    std::shared_ptr<Shared> shared_;
    const unsigned number_;
    Admit admit_;
    // The folder that is looked into.
    Seen seen_;
    struct stat identity_ {};
    std::vector<Child> children_;
    bool gave_up_ = false;
};

Walk::Walk(const Clock& clock, Budget budget, std::shared_ptr<DirectoryCache> cache)
    : shared_(std::make_shared<Shared>(clock, budget, std::move(cache))) {}

Walk::~Walk() { wait_for_worker(); }

void Walk::start_at(const std::string& folder) {
    shared_->waiting[Shared::folders].push_back({{folder, shared_->starts.size(), 0}});
    shared_->starts.push_back(folder);
}

void Walk::admit_only(std::function<Admit()> make) { shared_->make_admit = std::move(make); }

void Walk::tell_each_once() { shared_->once = true; }

/// Puts an end to a worker that works; it ends immediately unless it waits for a folder.
void Walk::wait_for_worker() {
    if (!shared_->thread.joinable()) return;
    std::unique_lock lock(shared_->mutex);
    // Without budget it ends after the folder that it is in.
    shared_->entries_left = 0;
    const bool ended = shared_->changed.wait_for(lock, patience_, [this] { return !shared_->working; });
    if (!ended) (void)leave_behind_silent();
    lock.unlock();
    if (ended) shared_->thread.join();
}

/// Called with the lock held. False when no further thread should be tried.
bool Walk::leave_behind_silent() {
    const Shared::Folder folder = shared_->current;
    const std::string silent = mount_point_below(shared_->starts[folder.start], folder.path);
    ++shared_->worker;
    shared_->give_up(folder);
    shared_->found.push_back({silent, folder.start, folder.depth, folder.copies, false, true});
    for (auto& queue : shared_->waiting) {
        for (Shared::Siblings& siblings : queue)
            std::erase_if(siblings, [&](const Shared::Folder& waiting) { return waiting.path.starts_with(silent + "/"); });
        std::erase_if(queue, [](const Shared::Siblings& siblings) { return siblings.empty(); });
    }
    return SilentFolders::of_process().add(silent, std::move(shared_->thread));
}

void Walk::run(const std::function<bool(const Seen&)>& use) {
    const auto begin_worker = [this] {
        shared_->working = true;
        shared_->thread = std::thread([shared = shared_, number = shared_->worker] {
            Worker(shared, number).run();
            const std::lock_guard end(shared->mutex);
            if (shared->worker != number) SilentFolders::of_process().remove_this_thread();
        });
    };
    std::unique_lock lock(shared_->mutex);
    begin_worker();
    std::uint64_t beats = 0;
    auto sign_of_life = std::chrono::steady_clock::now();
    bool wanted = true;
    while (wanted) {
        shared_->changed.wait_for(lock, between_looks, [this] { return !shared_->working; });
        const bool over = !shared_->working;
        if (const std::uint64_t now = shared_->beats; now != beats) {
            beats = now;
            sign_of_life = std::chrono::steady_clock::now();
        } else if (!over && std::chrono::steady_clock::now() - sign_of_life > patience_) {
            const bool more = leave_behind_silent();
            shared_->working = false;
            sign_of_life = std::chrono::steady_clock::now();
            if (more) begin_worker();
        }
        const std::vector<Seen> found = std::exchange(shared_->found, {});
        lock.unlock();
        wanted = std::all_of(found.begin(), found.end(), use) && (!meanwhile_ || meanwhile_());
        lock.lock();
        if (over && shared_->found.empty()) break;
    }
    lock.unlock();
    wait_for_worker();
    lock.lock();
    for (const auto& queue : shared_->waiting) {
        for (const Shared::Siblings& siblings : queue) {
            for (const Shared::Folder& folder : siblings) shared_->give_up(folder);
        }
    }
    incomplete_ = shared_->incomplete;
}

}  // namespace boardgate::logdirs
