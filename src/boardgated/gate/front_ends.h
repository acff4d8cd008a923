// SPDX-License-Identifier: MIT
// The front-end files of the site's TensorBoards, which all boards share. boardgate-frontend publishes them as root and
// records the version of each tensorboard program; nginx serves them.
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

    /// The published version of the files with which this board's TensorBoard started. Empty if the environment is the
    /// owner's, if others than root can write to it, or if it changed after the start. Empty also when the check takes too
    /// long: the gate must not wait for a file system that hangs.
    [[nodiscard]] std::string version_for(const Board& board);

    /// The same for the pages of shared boards; empty also if they are not published for this TensorBoard.
    [[nodiscard]] std::string view_version_for(const Board& board);

private:
    [[nodiscard]] std::string ask(const Board& board, const std::string& needed);
    [[nodiscard]] std::string look_up(const std::string& name, std::int64_t board_since);
    void request_publication();

    const Settings& settings_;
    const Clock& clock_;
    std::string published_;
    std::string wanted_;
    std::atomic<BootTime::rep> next_request_ = 0;
    ThreadPool thread_{"front ends", {1, 1, 4, 4}};
};

}  // namespace boardgate::boardgated
