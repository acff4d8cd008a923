// SPDX-License-Identifier: MIT
// The front-end files of the site's TensorBoards, which all boards share. boardgate-frontend publishes them as root and
// records the version of each tensorboard program; nginx serves them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <string>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/base/settings.h"
#include "src/boardgated/boards/board.h"
#include "src/boardgated/common/thread_pool.h"

namespace boardgate::boardgated {

class FrontEnds {
public:
    FrontEnds(const Settings& settings, const Clock& clock, std::string published = "/var/lib/boardgate-frontend",
              std::string wanted = "/var/lib/boardgate/frontend-wanted")
        : settings_(settings), clock_(clock), published_(std::move(published)), wanted_(std::move(wanted)) {}

    /// The published version of the files with which this board's TensorBoard started, from memory: the gate's thread must not
    /// wait for a file system. Another thread looks again meanwhile. Empty if the environment is the owner's, if others than root
    /// can write to it, if it changed after the start, or if nobody has looked since then: the board serves its own files, which is
    /// always correct.
    [[nodiscard]] std::string version_for(const Board& board);

    /// The same for the pages of shared boards; empty also if they are not published for this TensorBoard.
    [[nodiscard]] std::string view_version_for(const Board& board);

    /// The board is ready: looks, unless somebody has since its start. Does not wait.
    void board_is_ready(const Board& board);
    /// Looks at the board's environment, and waits for that a moment at most.
    void look(const Board& board);

private:
    /// What was found at an environment.
    struct Found {
        std::int64_t looked = 0;   ///< all times in nanoseconds since 1970: systemd and the file system use this clock, too
        std::int64_t changed = 0;  ///< of the environment
        std::string version{};     ///< empty: none is published
        bool has_views = false;
    };
    /// As known so far; somebody looks behind the answer.
    [[nodiscard]] Found found_for(const Board& board);
    [[nodiscard]] Found known_for(const Board& board) const;
    void look_soon(const std::string& name);
    [[nodiscard]] Found look_up(const std::string& program);
    void request_publication();

    const Settings& settings_;
    const Clock& clock_;
    std::string published_;
    std::string wanted_;
    std::atomic<BootTime::rep> next_request_ = 0;
    LockGuarded<std::map<std::string, Found>> found_;  ///< by the name of the environment
    std::condition_variable looked_;
    /// An environment whose file system hangs keeps one thread.
    ThreadPool threads_{"front ends", {8, 1, 64, 1}};
};

}  // namespace boardgate::boardgated
