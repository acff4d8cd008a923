// SPDX-License-Identifier: MIT
// Decides while a board is awake: when to restart TensorBoard, with which loader, and which notices to show. Touches no
// process and no file.
//
// Its state lasts as long as the board is awake: a board that wakes begins with its first loader again. It falls back from
// boardgate-data to TensorBoard's own data server, and never to the slow loader.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/base/file_notices.h"
#include "src/board/log_files.h"
#include "src/board/options.h"
#include "src/board/tensorboard.h"

namespace boardgate::board {

/// A row of base/notices.inc.
enum class Notice {
#define NOTICE(code, text) code,
#include "src/base/notices.inc"
#undef NOTICE
};

/// TensorBoard's answer to /data/environment.
struct TensorBoardInfo {
    bool data_server = false;  ///< one is in use, and not the slow loader
    /// Older than 2.21: a log directory can make it read other files (tensorboard#7115).
    bool old = false;
};
[[nodiscard]] TensorBoardInfo tensorboard_info(const std::string& answer);

class RestartPolicy {
public:
    struct Machine {
        std::size_t descriptors = 0;  ///< the limit of a process of the board
        bool tested = false;          ///< is_tested_tensorboard()
        bool profile_plugin = false;  ///< has_profile_plugin()
    };
    RestartPolicy(const Clock& clock, const Options& options, Machine machine);

    /// What is to read event files at the next start; never `automatic`.
    [[nodiscard]] Loader loader() const { return loader_; }

    // Call these when it happens; the result says whether TensorBoard must be restarted.
    void started(const TensorBoardInfo& info);
    [[nodiscard]] bool on_scan(const Scan& scan);
    /// What is wrong with the files, from boardgate-data.
    void on_report(std::vector<FileNotice> found);
    /// TensorBoard ended before it answered, with this exit status. True: another data server may help.
    [[nodiscard]] bool could_not_start(int exit_status);
    /// False: it ended too often, and the board fails.
    [[nodiscard]] bool data_server_ended();
    /// False: the board ends as TensorBoard ended.
    [[nodiscard]] bool crashed();

    /// The status text, with the notices in brackets (src/base/notices.inc).
    [[nodiscard]] std::string status(const char* doing = "Serving") const;

private:
    void set(Notice notice, bool holds);
    [[nodiscard]] bool count_unexpected_end();
    [[nodiscard]] bool may_restart();
    void fall_back();
    [[nodiscard]] bool consider_folders(bool unreadable);

    const Clock& clock_;
    const Options& options_;
    Machine machine_;
    Loader loader_;
    bool data_server_ = false;
    bool reloading_stopped_ = false;  // the slow loader met a folder that it cannot read
    unsigned fallbacks_ = 0;          // at starts
    std::optional<BootTime> last_restart_{};
    std::deque<BootTime> ends_;  // recent unexpected exits
    std::set<Notice> notices_;
    std::vector<FileNotice> found_;
};

}  // namespace boardgate::board
