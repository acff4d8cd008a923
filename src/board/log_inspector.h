// SPDX-License-Identifier: MIT
// What is wrong with the event files, from the reports of boardgate-data: TensorBoard starts it where it is the loader;
// beside another loader it runs on its own, reads the same files and serves nothing.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/base/file_notices.h"
#include "src/board/options.h"

namespace boardgate::board {

class LogInspector {
public:
    /// `folder` is the unit's own; empty: there are no reports. `charts`: boardgate-data answers requests for charts as well.
    LogInspector(const Options& options, const LogDir& logdir, const std::string& folder, bool charts);
    LogInspector(const LogInspector&) = delete;
    LogInspector& operator=(const LogInspector&) = delete;
    ~LogInspector() { stop(); }

    /// For boardgate-data's environment, `NAME=value`.
    [[nodiscard]] std::vector<std::string> data_variables() const;
    /// Where boardgate-data answers requests for charts; empty: nowhere.
    [[nodiscard]] const std::string& chart_socket() const { return chart_socket_; }
    /// Starts or stops our own process. It is no fault of the board where that fails.
    void set_loader(Loader loader);
    /// As the newest report says; empty before the first one.
    [[nodiscard]] std::vector<FileNotice> notices() const;

private:
    void start();
    void stop();

    const Options& options_;
    const LogDir& logdir_;
    std::string file_;
    std::string chart_socket_;
    pid_t pid_ = -1;
    Fd standard_input_;  ///< its end ends the process
};

}  // namespace boardgate::board
