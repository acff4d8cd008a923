// SPDX-License-Identifier: MIT
// Looks into the log directory now and then, in a thread of its own: a file system that hangs must not stop
// the bytes between door and TensorBoard. It looks, rather than being told by inotify(7), because inotify
// says nothing of what other machines change on a network file system, where most log directories are, needs
// a watch for each folder out of a number that all programs of the user share, and does not see links above a
// folder being switched.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/board/log_files.h"

namespace boardgate::board {

/// How long to wait after a look: so that a replaced file is seen, and TensorBoard started again, before two
/// of its reload intervals are over; and so that looking takes at most a twentieth of the time, however slow
/// the file system and large the folder.
[[nodiscard]] std::chrono::milliseconds pause_after(std::chrono::seconds reload_interval, std::chrono::milliseconds the_look_took);

class LogWatch {
public:
    /// Begins at once. The signals that the caller has blocked are blocked there, too.
    [[nodiscard]] static Result<LogWatch> start(LogFiles files, std::chrono::seconds reload_interval);
    LogWatch(LogWatch&&) = default;
    LogWatch& operator=(LogWatch&&) = delete;
    /// Does not wait for a look that is going on: it may never end.
    ~LogWatch();

    /// Readable when there is a look to take.
    [[nodiscard]] int fd() const;
    /// The newest look; what an earlier one that nobody took had found replaced is in it.
    [[nodiscard]] std::optional<Scan> take();

private:
    struct Shared;
    explicit LogWatch(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    std::shared_ptr<Shared> shared_;  // with the thread, which may outlive this
};

}  // namespace boardgate::board
