// SPDX-License-Identifier: MIT
// The front-end files of the site's own TensorBoards, which all boards share. boardgate-frontend publishes them as
// root and writes down which tensorboard program has which version; nginx serves them.
#pragma once

#include <atomic>
#include <string>

#include "src/base/clock.h"
#include "src/base/settings.h"
#include "src/boardgated/boards/board.h"
#include "src/boardgated/common/thread_pool.h"

namespace boardgate::boardgated {

class FrontEnds {
public:
    FrontEnds(const Settings& settings, const Clock& clock, std::string published = "/var/lib/boardgate-frontend",
              std::string wanted = "/var/lib/boardgate/frontend-wanted")
        : settings_(settings), clock_(clock), published_(std::move(published)), wanted_(std::move(wanted)) {}

    /// The published version of the very files that this board's TensorBoard began with. Empty when there is none:
    /// an environment of the owner's own, one that is not as root alone made it, or one that changed since; and when
    /// that cannot be found out at once, since the gate asks, and environments may lie on a file system that hangs.
    [[nodiscard]] std::string version_for(const Board& board);

private:
    [[nodiscard]] std::string look_up(const std::string& name, std::int64_t board_since);
    void ask_for_new_ones();

    const Settings& settings_;
    const Clock& clock_;
    std::string published_;
    std::string wanted_;
    std::atomic<BootTime::rep> next_asking_ = 0;
    ThreadPool lane_{"front ends", 1, 4};
};

}  // namespace boardgate::boardgated
