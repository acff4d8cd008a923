// SPDX-License-Identifier: MIT
// Child processes that each do one piece of work (fork(2)). A worker that waits delays no other; each person has a bounded
// number of them, and the kernel's alarm ends a worker that takes too long.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>

#include "src/base/clock.h"
#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate {

struct WorkerLimits {
    std::size_t at_once;         ///< concurrent workers of all persons
    std::size_t of_person;       ///< concurrent workers of one person; further work waits
    std::size_t waiting;         ///< of one person; further work is refused
    std::chrono::seconds turn;   ///< work that waits longer is dropped
    std::chrono::seconds works;  ///< the longest time of a worker
};

class Workers {
public:
    /// Owns what it needs, such as a connection: the parent's copy is destroyed when the worker starts.
    using Work = std::function<void()>;

    /// Blocks SIGCHLD in this process, not in workers.
    [[nodiscard]] static Result<Workers> make(const Clock& clock, const WorkerLimits& limits);

    /// Starts a worker, now or later. False if too much work of this person waits already.
    [[nodiscard]] bool add(uid_t person, Work work);
    /// Readable when a worker has ended: then call advance().
    [[nodiscard]] int fd() const { return ended_.get(); }
    /// Collects ended workers, and starts waiting work.
    void advance();
    [[nodiscard]] bool idle() const { return running_.empty() && waiting_.empty(); }

private:
    struct Waiting {
        uid_t person;
        Work work;
        BootTime since;
    };
    Workers(const Clock& clock, const WorkerLimits& limits, Fd ended, const sigset_t& signals)
        : clock_(&clock), limits_(limits), ended_(std::move(ended)), signals_(signals) {}
    [[nodiscard]] std::size_t running_of(uid_t person) const;
    void begin_waiting();
    void begin(Waiting one);

    const Clock* clock_;
    WorkerLimits limits_;
    Fd ended_;
    sigset_t signals_;
    std::map<pid_t, uid_t> running_;
    std::deque<Waiting> waiting_;
};

}  // namespace boardgate
