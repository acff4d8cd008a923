// SPDX-License-Identifier: MIT
// A fake disk below SQLite: writes to databases that were opened during its lifetime can be blocked, or fail because the
// disk is full.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace boardgate::fakes {

class Disk {
public:
    Disk() {
        there_ = this;
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(&Disk::opened));
    }
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;
    ~Disk() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&Disk::opened)); }

    /// From now on no database can grow, including later ones.
    void fill() { set_page_limit(1); }  // SQLite never makes it smaller than the file
    void make_room() { set_page_limit(1'000'000); }

    /// Blocks writes from now on.
    void stall() { set_stalled(true); }
    void go_on() { set_stalled(false); }
    /// Waits until a write is blocked; after some seconds, unblocks writes and returns false.
    [[nodiscard]] bool is_waited_for() {
        std::unique_lock lock(mutex_);
        stalled_ = changed_.wait_for(lock, std::chrono::seconds(5), [&] { return waiting_ > 0; });
        return stalled_;
    }

private:
    static int opened(sqlite3* connection, char**, const void*) noexcept {
        there_->connections_.push_back(connection);
        there_->limit(connection);
        sqlite3_commit_hook(connection, &Disk::before_commit, there_);
        return SQLITE_OK;
    }
    static int before_commit(void* self) noexcept {
        Disk& disk = *static_cast<Disk*>(self);
        std::unique_lock lock(disk.mutex_);
        if (!disk.stalled_) return 0;
        ++disk.waiting_;
        disk.changed_.notify_all();
        disk.changed_.wait(lock, [&] { return !disk.stalled_; });
        --disk.waiting_;
        return 0;
    }
    void limit(sqlite3* connection) const {
        sqlite3_exec(connection, ("PRAGMA max_page_count=" + std::to_string(pages_)).c_str(), nullptr, nullptr, nullptr);
    }
    void set_page_limit(int pages) {
        pages_ = pages;
        for (sqlite3* connection : connections_) limit(connection);
    }
    void set_stalled(bool stalled) {
        {
            const std::lock_guard lock(mutex_);
            stalled_ = stalled;
        }
        changed_.notify_all();
    }

    static inline Disk* there_ = nullptr;  // SQLite passes no context to the hook for new connections
    std::vector<sqlite3*> connections_;
    int pages_ = 1'000'000;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stalled_ = false;
    int waiting_ = 0;
};

}  // namespace boardgate::fakes
