// SPDX-License-Identifier: MIT
// Scans the log directory periodically, in a thread of its own: a file system that hangs must not stop the traffic between
// door and TensorBoard. Not inotify(7): it misses changes by other machines on a network file system, where most log
// directories are, needs a watch for each folder from a number that all programs of the user share, and misses links that
// are switched above a folder.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/board/link_farm.h"
#include "src/board/log_files.h"

namespace boardgate::board {

/// The pause after a scan. It is short enough that a replaced file is shown within two reload intervals, and long enough that scans take at most a twentieth of the time, however slow the file system is.
[[nodiscard]] std::chrono::milliseconds pause_after(std::chrono::seconds reload_interval, std::chrono::milliseconds scan_took);

class LogWatch {
public:
    /// Starts immediately. The thread inherits the caller's blocked signals.
    [[nodiscard]] static Result<LogWatch> start(LogFiles files, LinkFarm farm, std::chrono::seconds reload_interval);
    LogWatch(LogWatch&&) = default;
    LogWatch& operator=(LogWatch&&) = delete;
    /// Does not wait for the current scan: it may never end.
    ~LogWatch();

    /// From now on replaced files get new names for TensorBoard.
    void follow_replaced();
    /// Readable if there is a new scan.
    [[nodiscard]] int fd() const;
    /// The newest scan; includes the replaced files of earlier scans that were not taken.
    [[nodiscard]] std::optional<Scan> take();

private:
    struct Shared;
    explicit LogWatch(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    std::shared_ptr<Shared> shared_;  // shared with the thread, which may outlive this
};

}  // namespace boardgate::board
