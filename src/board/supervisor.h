// SPDX-License-Identifier: MIT
// Keeps TensorBoard serving behind its doors, from the first start until the board sleeps or cannot go on.
// Starts it again where that helps (RestartPolicy); who comes meanwhile waits at the door.
#pragma once

#include <poll.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "src/board/data_probe.h"
#include "src/board/idle_timer.h"
#include "src/board/log_watch.h"
#include "src/board/relay.h"
#include "src/board/restart_policy.h"
#include "src/board/tensorboard.h"

namespace boardgate::board {

class Supervisor {
public:
    /// `signals` is readable when it is time to stop (signalfd(2)); `doors` listen.
    Supervisor(const Clock& clock, const Options& options, Fd signals, std::vector<Fd> doors);

    /// The exit status, after the last words were said. An error is a fault of the machine or ours.
    [[nodiscard]] Result<int> run();

private:
    struct End {
        int status;
        std::string words;  ///< the last ones, for the board's owner
    };
    enum class Event { none, told_to_stop, tensorboard_ended };

    [[nodiscard]] End start_and_serve();
    /// Returns when TensorBoard answers, or with the end.
    [[nodiscard]] std::optional<End> start(bool again);
    [[nodiscard]] std::optional<End> start_again(const std::string& why);
    [[nodiscard]] End serve();
    [[nodiscard]] std::optional<End> after_its_end();
    [[nodiscard]] std::optional<End> ask_for_data();
    [[nodiscard]] std::optional<End> take_look();
    void tell(const std::string& status);
    /// Waits for one of these (those below 0 are none), a signal, or TensorBoard's end.
    using Descriptors = std::array<pollfd, 3>;
    [[nodiscard]] Event wait(Descriptors& descriptors, std::chrono::milliseconds longest);

    const Clock& clock_;
    const Options& options_;
    bool tensorflow_;
    Fd signals_;
    std::vector<Fd> doors_;
    RestartPolicy policy_;
    std::optional<LogWatch> watch_;
    std::optional<TensorBoard> tensorboard_;
    std::optional<DataProbe> probe_;  ///< while there is a data server
    std::optional<Relay> relay_;
    std::optional<IdleTimer> idle_;
    std::string told_;
};

}  // namespace boardgate::board
