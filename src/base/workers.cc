// SPDX-License-Identifier: MIT
#include "src/base/workers.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "src/base/log.h"

namespace boardgate {

Result<Workers> Workers::make(const Clock& clock, const WorkerLimits& limits) {
    sigset_t ends;
    sigset_t before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ends, &before);
    Fd ended(signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!ended) return system_error("cannot follow processes");
    return Workers(clock, limits, std::move(ended), before);
}

bool Workers::add(uid_t person, Work work) {
    const auto own = std::count_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.person == person; });
    if (static_cast<std::size_t>(own) >= limits_.waiting) return false;
    waiting_.push_back({person, std::move(work), clock_->boot()});
    begin_waiting();
    return true;
}

void Workers::advance() {
    signalfd_siginfo some[16];
    while (read(ended_.get(), some, sizeof some) > 0) {
    }
    // One signal can mean several ended workers.
    for (pid_t pid = 0; (pid = waitpid(-1, nullptr, WNOHANG)) > 0;) running_.erase(pid);
    begin_waiting();
}

std::size_t Workers::running_of(uid_t person) const {
    return static_cast<std::size_t>(std::count_if(running_.begin(), running_.end(), [&](const auto& one) { return one.second == person; }));
}

void Workers::begin_waiting() {
    std::erase_if(waiting_, [&](const Waiting& one) { return clock_->boot() - one.since > limits_.turn; });
    const auto may_begin = [&](const Waiting& one) { return running_of(one.person) < limits_.of_person; };
    while (running_.size() < limits_.at_once) {
        const auto next = std::find_if(waiting_.begin(), waiting_.end(), may_begin);
        if (next == waiting_.end()) return;
        Waiting one = std::move(*next);
        waiting_.erase(next);
        begin(std::move(one));
    }
}

void Workers::begin(Waiting one) {
    const pid_t pid = fork();
    if (pid < 0) {
        log_event(Event::request_fault, system_error("cannot start a process for a request").value().text());
        return;
    }
    if (pid > 0) {
        running_.emplace(pid, one.person);
        return;
    }
    // The connections of other requests must not stay open in this process.
    waiting_.clear();
    sigprocmask(SIG_SETMASK, &signals_, nullptr);
    alarm(static_cast<unsigned>(limits_.works.count()));
    try {
        one.work();
    } catch (const std::exception& exception) {
        log_event(Event::request_fault, exception.what());
    }
    _exit(0);
}

}  // namespace boardgate
