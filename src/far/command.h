// SPDX-License-Identifier: MIT
// One run of a command of Slurm: with its own environment, at most so long, its output bounded.
#pragma once

#include <poll.h>

#include <optional>
#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/base/secret.h"

namespace boardgate::far {

class Command {
public:
    struct Outcome {
        int status = 0;  ///< exit status; 128 and the signal's number; 124 when it took too long
        std::string out{};
        std::string err{};
    };
    static constexpr int took_too_long = 124;

    [[nodiscard]] static Result<Command> start(const Clock& clock, const std::vector<std::string>& words,
                                               const std::vector<std::string>& environment, std::chrono::seconds longest,
                                               Secret input = {});
    Command(Command&& other) noexcept;
    Command& operator=(Command&&) = delete;
    /// Kills it if it still runs.
    ~Command();

    /// Reads and writes without waiting. The outcome, once it has ended.
    [[nodiscard]] std::optional<Outcome> advance();
    /// What poll(2) has to wait for.
    [[nodiscard]] std::vector<pollfd> waits() const;
    [[nodiscard]] BootTime deadline() const { return deadline_; }

private:
    Command(const Clock& clock, pid_t pid, BootTime deadline, Secret input)
        : clock_(clock), pid_(pid), deadline_(deadline), input_(std::move(input)) {}
    void write_input();

    const Clock& clock_;
    pid_t pid_;
    BootTime deadline_;
    Secret input_;
    std::size_t written_ = 0;
    Fd process_{};
    Fd in_{};
    Fd out_{};
    Fd err_{};
    Outcome outcome_{};
};

}  // namespace boardgate::far
