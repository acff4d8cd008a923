// SPDX-License-Identifier: MIT
// Remembers the administrators: the account directory may hang, and a page's first request must not wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/base/settings.h"
#include "src/boardgated/common/thread_pool.h"
#include "src/boardgated/logins/sessions.h"

namespace boardgate::boardgated {

class Administrators {
public:
    Administrators(const Settings& settings, const Clock& clock) : settings_(settings), clock_(clock) {}

    /// Is this person in the group now? Waits for the account directory, and remembers the answer.
    bool look_up(const Session& session);
    /// What is remembered. A person who was not looked up yet, as after a restart, is waited for a moment.
    [[nodiscard]] bool include(const Session& session);
    /// Finishes the questions to the account directory.
    void finish() { threads_.finish(); }

private:
    static constexpr std::chrono::seconds between_questions{60};
    static constexpr std::chrono::milliseconds patience{300};
    struct Known {
        bool answered = false;
        bool is_one = false;
        BootTime asked{};
    };
    const Settings& settings_;
    const Clock& clock_;
    LockGuarded<std::map<std::uint32_t, Known>> known_;  ///< by uid
    std::condition_variable answered_;
    ThreadPool threads_{"directory", {2, 1, 100, 1}};
};

}  // namespace boardgate::boardgated
