// SPDX-License-Identifier: MIT
// Stock `tensorboard`: its argument list, and the process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/board/options.h"

namespace boardgate::board {

/// Always free: nobody else is in the board's network namespace.
inline constexpr std::uint16_t inner_port = 6006;

/// Under which path TensorBoard serves, without a slash at the end.
[[nodiscard]] std::string path_prefix(const BoardId& board);

/// How event files are to be loaded.
enum class Loading {
    as_asked,  ///< by the option
    slow,      ///< by the slow loader, which shows files that were replaced
};

/// Whether TensorFlow may be importable where this `tensorboard` runs; no only where that is sure.
[[nodiscard]] bool may_have_tensorflow(const std::string& tensorboard);

/// The argument vector, each option as one `--name=value` word.
[[nodiscard]] std::vector<std::string> tensorboard_arguments(const Options& options, Loading loading, bool tensorflow);

/// How the process ended.
struct Ending {
    int status = 0;  ///< of exit(3)
    int signal = 0;  ///< 0 when it ended by itself
    /// As a shell says it: 128 + n after signal n.
    [[nodiscard]] int exit_status() const { return signal == 0 ? status : 128 + signal; }
    [[nodiscard]] std::string text() const;
};

class TensorBoard {
public:
    /// Starts it with our standard output and error and no other descriptor. It is killed when we die. An
    /// error has the errno of execve(2).
    [[nodiscard]] static Result<TensorBoard> start(const std::vector<std::string>& arguments);
    TensorBoard(TensorBoard&& other) noexcept;
    TensorBoard& operator=(TensorBoard&&) = delete;
    /// Kills what still runs of it, and of what it has started.
    ~TensorBoard();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Readable when it has ended (pidfd_open(2)).
    [[nodiscard]] int fd() const { return pidfd_.get(); }
    /// The end, once it has come; does not wait.
    [[nodiscard]] std::optional<Ending> ended();
    /// SIGTERM, and SIGKILL when that did not help in time, and for all that it has started. Returns when it
    /// is gone.
    void stop();

private:
    TensorBoard(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
    void end_all();
    void take(int status);
    pid_t pid_;
    Fd pidfd_;
    bool over_ = false;
    std::optional<Ending> ending_;
};

}  // namespace boardgate::board
