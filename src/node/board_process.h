// SPDX-License-Identifier: MIT
// boardgate-board in its sandbox. A process between it and this one leaves the node's namespaces; the first process inside reaps
// what the board's programs leave behind.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/base/names.h"
#include "src/node/sandbox.h"

namespace boardgate::node {

struct BoardSetup {
    std::string program;  ///< absolute path of boardgate-board
    BoardId board;
    std::vector<std::string> words;
    SandboxPlan sandbox;
    Fd door;  ///< a listening socket
};

class BoardProcess {
public:
    /// The child waits for go(). `forget` is called in it: it wipes what the board must not find in memory.
    [[nodiscard]] static Result<BoardProcess> start(const BoardSetup& setup, const std::function<void()>& forget);
    BoardProcess(BoardProcess&& other) noexcept;
    BoardProcess& operator=(BoardProcess&&) = delete;
    ~BoardProcess();

    void go();
    /// What the board writes to standard output and error.
    [[nodiscard]] const Fd& log() const { return log_; }
    /// Readable when take_report() has something to do.
    [[nodiscard]] const Fd& report() const { return report_; }
    void take_report();
    /// Why this node cannot run boards; empty: nothing is known against it.
    [[nodiscard]] const std::string& unfit() const { return unfit_; }
    /// Readable when it has ended.
    [[nodiscard]] const Fd& process() const { return process_; }
    /// The board's exit status, or 128 and a signal's number.
    [[nodiscard]] std::optional<int> ended();
    /// SIGTERM, or a signal of the launcher.
    void signal_board(int signal);
    /// With all that it started.
    void end_now();
    /// What the board finds when it reads its options again.
    void replace_words(std::string_view bytes);

private:
    BoardProcess(pid_t pid, Fd words) : pid_(pid), words_(std::move(words)) {}
    pid_t pid_;
    Fd words_;
    Fd process_{};
    Fd go_{};
    Fd log_{};
    Fd report_{};
    Fd board_{};  ///< pidfd of boardgate-board, once it runs
    std::string unfit_{};
    std::optional<int> status_{};
};

}  // namespace boardgate::node
