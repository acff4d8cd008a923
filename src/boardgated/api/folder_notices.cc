// SPDX-License-Identifier: MIT
#include "src/boardgated/api/folder_notices.h"

#include <fmt/format.h>

#include "src/boardgated/clients/logdirs_client.h"

namespace boardgate::boardgated {

std::vector<Notice> notices_of(const std::vector<wire::FolderReport>& reports, const BoardOptions& options) {
    std::vector<Notice> notices;
    std::uint32_t event_files = 0;
    std::uint32_t unreadable = 0;
    std::string first_unreadable;
    std::string near;
    for (const wire::FolderReport& report : reports) {
        for (const wire::FolderNotice& found : report.notices) {
            if (auto notice = notice_of({found.code, found.detail})) notices.push_back(*std::move(notice));
        }
        event_files += report.event_files;
        unreadable += report.unreadable;
        if (first_unreadable.empty()) first_unreadable = report.unreadable_folder;
        if (near.empty()) near = suggestion_text(report);
    }
    if (event_files == 0 && !near.empty()) notices.push_back({"event_files_nearby", near});
    if (unreadable > 0) {
        // A data server skips it, and the slow loader stops there (src/base/notices.inc).
        const bool slow = options.loader == "python";
        std::string text = first_unreadable.empty() ? "A folder" : fmt::format("\"{}\"", first_unreadable);
        text += " below the log directory cannot be read";
        if (unreadable > 1) text += fmt::format(", and {} more", unreadable - 1);
        text += slow ? ": the slow loader stops there, and the board shows nothing new until the folder is readable. Set loader to auto."
                     : ": the board does not show its runs.";
        notices.push_back({slow ? "slow_loader_stopped" : "unreadable_folder", std::move(text)});
    }
    return notices;
}

}  // namespace boardgate::boardgated
