// SPDX-License-Identifier: MIT
// The unmodified `tensorboard`: its arguments and its process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/board/options.h"

namespace boardgate::board {

/// Always free: nothing else runs in the board's network namespace.
inline constexpr std::uint16_t inner_port = 6006;

/// The path prefix of TensorBoard, without a trailing slash.
[[nodiscard]] std::string path_prefix(const BoardId& board);

/// Whether the environment of this `tensorboard` may have TensorFlow; false only if it certainly has not.
[[nodiscard]] bool may_have_tensorflow(const std::string& tensorboard);

/// Is it of a version with which the tests have compared boardgate-data? No where the version cannot be found.
[[nodiscard]] bool is_tested_tensorboard(const std::string& tensorboard);

/// Has the environment a plugin that shows profiles?
[[nodiscard]] bool has_profile_plugin(const std::string& tensorboard);

/// The argument vector, each option as one `--name=value` word.
[[nodiscard]] std::vector<std::string> tensorboard_arguments(const Options& options, const LogDir& logdir, Loader loader, bool tensorflow);

/// How the process ended.
struct Ending {
    int status = 0;  ///< exit status
    int signal = 0;  ///< 0 if it exited
    /// A shell's exit status: 128 + n after signal n.
    [[nodiscard]] int exit_status() const { return signal == 0 ? status : 128 + signal; }
    [[nodiscard]] std::string text() const;
};

class TensorBoard {
public:
    /// Starts it with our standard output and error and no other descriptor. It is killed if we die. An error has the
    /// errno of execve(2). `data_variables` are boardgate-data's, `NAME=value`.
    [[nodiscard]] static Result<TensorBoard> start(const std::vector<std::string>& arguments, Loader loader,
                                                   const std::vector<std::string>& data_variables = {});
    TensorBoard(TensorBoard&& other) noexcept;
    TensorBoard& operator=(TensorBoard&&) = delete;
    /// Kills the process and its descendants.
    ~TensorBoard();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Readable after it has ended (pidfd_open(2)).
    [[nodiscard]] int fd() const { return pidfd_.get(); }
    /// How it ended, or nullopt while it runs; does not wait.
    [[nodiscard]] std::optional<Ending> ended();
    /// Sends SIGTERM, and after a timeout SIGKILL, also to its descendants. Returns after it has ended.
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
