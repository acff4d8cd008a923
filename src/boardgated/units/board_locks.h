// SPDX-License-Identifier: MIT
// A lock for each board, or for each person. It exists while somebody holds it or waits for it: what one person's requests
// hold makes no other person wait.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "src/base/lock_guarded.h"
#include "src/base/names.h"

namespace boardgate::boardgated {

class BoardLocks {
    using Locks = std::map<std::string, std::weak_ptr<std::mutex>>;

public:
    /// Holds the lock until its end, or until unlock().
    class Held {
    public:
        Held(LockGuarded<Locks>& locks, std::string key, std::shared_ptr<std::mutex> mutex)
            : locks_(&locks), key_(std::move(key)), mutex_(std::move(mutex)) {
            mutex_->lock();
        }
        Held(Held&& other) noexcept = default;
        Held& operator=(Held&&) = delete;
        ~Held() { unlock(); }
        void unlock() {
            if (!mutex_) return;
            mutex_->unlock();
            mutex_.reset();
            const auto locks = locks_->lock();
            if (const auto found = locks->find(key_); found != locks->end() && found->second.expired()) locks->erase(found);
        }

    private:
        LockGuarded<Locks>* locks_;
        std::string key_;
        std::shared_ptr<std::mutex> mutex_;
    };

    [[nodiscard]] Held hold(const BoardId& board) { return hold(board.str()); }
    [[nodiscard]] Held hold(std::uint32_t uid) { return hold(std::to_string(uid)); }
    [[nodiscard]] std::size_t size() { return locks_.lock()->size(); }

private:
    Held hold(std::string key) {
        std::shared_ptr<std::mutex> mutex;
        {
            const auto locks = locks_.lock();
            std::weak_ptr<std::mutex>& known = (*locks)[key];
            mutex = known.lock();
            if (!mutex) known = mutex = std::make_shared<std::mutex>();
        }
        return {locks_, std::move(key), std::move(mutex)};
    }

    LockGuarded<Locks> locks_;
};

}  // namespace boardgate::boardgated
