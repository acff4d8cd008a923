// SPDX-License-Identifier: MIT
// Decides while a board is awake: when to restart TensorBoard, with which loader, and which notices to show. Touches no
// process and no file.
//
// Its state lasts as long as the board is awake. A TensorBoard that wakes reads every file again with the fast loader; only
// files that are replaced later need the slow loader.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>

#include "src/base/clock.h"
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
    bool data_server = false;  ///< the fast loader is in use
    /// Older than 2.21: a log directory can make it read other files (tensorboard#7115).
    bool old = false;
};
[[nodiscard]] TensorBoardInfo tensorboard_info(const std::string& answer);

class RestartPolicy {
public:
    struct Machine {
        std::size_t descriptors = 0;  ///< the limit of a process of the board
        bool tensorflow = false;      ///< whether the environment may have TensorFlow
    };
    RestartPolicy(const Clock& clock, const Options& options, Machine machine) : clock_(clock), options_(options), machine_(machine) {}

    /// How to start TensorBoard now.
    [[nodiscard]] Loading loading() const { return loading_; }

    // Call these when it happens; the result says whether TensorBoard must be restarted.
    void started(const TensorBoardInfo& info);
    [[nodiscard]] bool on_scan(const Scan& scan);
    /// False: it ended too often, and the board fails.
    [[nodiscard]] bool data_server_ended();
    /// False: the board ends as TensorBoard ended.
    [[nodiscard]] bool crashed();

    /// The status text, with the codes of the notices in brackets (src/base/notices.inc).
    [[nodiscard]] std::string status(const char* doing = "Serving") const;

private:
    void set(Notice notice, bool holds);
    [[nodiscard]] bool count_unexpected_end();
    [[nodiscard]] bool may_restart();
    [[nodiscard]] bool consider_folders(bool unreadable);
    [[nodiscard]] bool consider_files(bool replaced, bool unreadable);

    const Clock& clock_;
    const Options& options_;
    Machine machine_;
    Loading loading_ = Loading::as_asked;
    bool data_server_ = false;
    bool data_server_unfit_ = false;  // it ended again and again
    bool reloading_stopped_ = false;  // the slow loader met a folder that it cannot read
    bool restart_due_ = false;        // restart the fast loader soon, to show replaced files
    std::optional<BootTime> last_restart_{};
    std::deque<BootTime> ends_;  // recent unexpected exits
    std::set<Notice> notices_;
};

}  // namespace boardgate::board
