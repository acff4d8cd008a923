// SPDX-License-Identifier: MIT
// Supervises TensorBoard behind its doors, from the first start until the board sleeps or fails. Restarts TensorBoard
// where that helps (RestartPolicy); meanwhile new connections wait at the door.
#pragma once

#include <poll.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "src/board/data_probe.h"
#include "src/board/idle_timer.h"
#include "src/board/log_inspector.h"
#include "src/board/log_watch.h"
#include "src/board/memory_limit.h"
#include "src/board/relay.h"
#include "src/board/restart_policy.h"
#include "src/board/several_folders.h"
#include "src/board/tensorboard.h"

namespace boardgate::board {

class Supervisor {
public:
    /// `signals` (signalfd(2)): session_ended_signal, and options_changed_signal: `options_file` has others now; every other one is
    /// a request to stop. `doors` are listening sockets. `logdir` are the links to the board's folders.
    Supervisor(const Clock& clock, const Options& options, LinkedFolders logdir, Fd options_file, Fd signals, std::vector<Fd> doors);

    /// Returns the exit status, after setting the final status text. An error is a fault of the machine or a bug.
    [[nodiscard]] Result<int> run();

private:
    struct End {
        int status;
        std::string text;      ///< for everybody: no path
        std::string detail{};  ///< for the log, which only the owner reads
    };
    enum class Event { none, stop_requested, tensorboard_ended };

    [[nodiscard]] End start_and_serve();
    /// Returns when TensorBoard answers (nothing), or when the board must end.
    [[nodiscard]] std::optional<End> start(bool restarted);
    [[nodiscard]] std::optional<End> start_once(bool restarted);
    [[nodiscard]] std::optional<End> restart(const std::string& why);
    [[nodiscard]] End serve();
    [[nodiscard]] std::optional<End> tensorboard_ended();
    [[nodiscard]] std::optional<End> check_data();
    [[nodiscard]] std::optional<End> take_scan();
    /// The end of a board whose process the kernel killed because of the memory limit since the last start; nothing otherwise.
    [[nodiscard]] std::optional<End> out_of_memory();
    void update_status(const std::string& status);
    void take_signals();
    void take_changed_options();
    /// Waits for one of the descriptors (negative ones are ignored), a signal, or TensorBoard's end.
    using Descriptors = std::array<pollfd, 3>;
    [[nodiscard]] Event wait(Descriptors& descriptors, std::chrono::milliseconds longest);

    const Clock& clock_;
    const Options& options_;
    LinkedFolders logdir_;
    bool tensorflow_;
    Fd options_file_;
    std::chrono::seconds idle_sleep_;
    Fd signals_;
    std::vector<Fd> doors_;
    RestartPolicy policy_;
    LogInspector inspector_;
    std::optional<LogWatch> watch_;
    std::optional<TensorBoard> tensorboard_;
    std::optional<DataProbe> probe_;  ///< while there is a data server
    std::optional<Relay> relay_;
    std::optional<IdleTimer> idle_;
    std::string notified_status_;
    std::uint64_t kills_before_ = 0;  ///< MemoryUse::kills at the last start
    bool stop_requested_ = false;
};

}  // namespace boardgate::board
