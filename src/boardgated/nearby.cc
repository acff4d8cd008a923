// SPDX-License-Identifier: MIT
#include "src/boardgated/nearby.h"

namespace boardgate::boardgated {

namespace {

/// Each look takes up to a second.
constexpr int most_looks = 3;

/// Empty for what is no place to look: / and the folders in it, such as /home.
std::string folder_above(std::string path) {
    while (path.ends_with('/')) path.pop_back();
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    return path.find('/', 1) == std::string::npos ? std::string() : path;
}

}  // namespace

std::string event_files_nearby(BoardLauncher& launcher, const Token& token, const std::string& logdir) {
    std::string folder = folder_above(logdir);
    for (int look = 0; look < most_looks && !folder.empty(); ++look, folder = folder_above(folder)) {
        const auto report = launcher.inspect(token, folder);
        if (!report) break;
        if (report->verdict == wire::FolderVerdict::readable && report->event_files > 0) {
            return "The nearest folder with event files is \"" + folder + "\": there are " + std::to_string(report->event_files) +
                   " in it and below.";
        }
    }
    return {};
}

}  // namespace boardgate::boardgated
