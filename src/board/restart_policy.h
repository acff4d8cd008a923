// SPDX-License-Identifier: MIT
// What to do about what happens while a board is awake: when TensorBoard is to be started again, with which
// loader, and what its owner should know. Decides only; nothing here touches a process or a file.
//
// What it learns is kept for as long as the board is awake and no longer: a TensorBoard that wakes reads
// every file as it is then, with the fast loader, and only files that are replaced after that need the slow
// one again.
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

/// What TensorBoard says of itself (/data/environment).
struct TensorBoardInfo {
    bool data_server = false;  ///< the fast loader is in use
    /// Before 2.21, in which a log directory could make it read other files (tensorboard#7115).
    bool old = false;
};
[[nodiscard]] TensorBoardInfo about_tensorboard(const std::string& answer);

class RestartPolicy {
public:
    struct Machine {
        std::size_t descriptors = 0;  ///< that a process of the board may have
        bool tensorflow = false;      ///< may be in the environment
    };
    RestartPolicy(const Clock& clock, const Options& options, Machine machine) : clock_(clock), options_(options), machine_(machine) {}

    /// How TensorBoard is to be started now.
    [[nodiscard]] Loading loading() const { return loading_; }

    // Each of these is told what happened, and answers whether TensorBoard is to be started again.
    void started(const TensorBoardInfo& about);
    [[nodiscard]] bool on_scan(const Scan& look);
    /// False: it ended too often; the board ends.
    [[nodiscard]] bool data_server_ended();
    /// False: the board ends as TensorBoard ended.
    [[nodiscard]] bool crashed();

    /// What is being done, and the codes of the notices in brackets (src/base/notices.inc).
    [[nodiscard]] std::string status(const char* doing = "Serving") const;

private:
    void set(Notice notice, bool holds);
    [[nodiscard]] bool has_patience();
    [[nodiscard]] bool may_restart_again();
    [[nodiscard]] bool consider_folders(bool unreadable);
    [[nodiscard]] bool consider_files(bool replaced, bool unreadable);

    const Clock& clock_;
    const Options& options_;
    Machine machine_;
    Loading loading_ = Loading::as_asked;
    bool data_server_ = false;
    bool data_server_unfit_ = false;  // it ended again and again
    bool reloading_stopped_ = false;  // the slow loader met a folder that it cannot read
    bool restart_due_ = false;        // replaced files wait for the next start with the fast loader
    std::optional<BootTime> last_restart_{};
    std::deque<BootTime> ends_;  // unexpected ones, of the time that counts
    std::set<Notice> notices_;
};

}  // namespace boardgate::board
