// SPDX-License-Identifier: MIT
#include "src/board/several_folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include "src/base/folder_names.h"

namespace boardgate::board {

Result<LogDir> link_folders(const std::vector<LogDir>& folders, const std::vector<std::string>& names, const std::string& in) {
    const std::string links = in + "/runs";
    const auto link = [](const LogDir& folder, const std::string& as) -> Result<void> {
        if (symlink(folder.str().c_str(), as.c_str()) != 0) return system_error("cannot link a log directory", folder.str());
        return {};
    };
    if (folders.size() == 1) {
        if (auto linked = link(folders.front(), links); !linked) return error_of(linked);
        return LogDir::parse(links);
    }
    if (mkdir(links.c_str(), 0700) != 0) return system_error("cannot create the folder of links to the log directories", links);
    std::vector<std::string> paths;
    for (const LogDir& folder : folders) paths.push_back(folder.str());
    const std::vector<std::string> all = names_apart(paths, names);
    for (std::size_t i = 0; i < folders.size(); ++i) {
        if (auto linked = link(folders[i], links + '/' + all[i]); !linked) return error_of(linked);
    }
    return LogDir::parse(links);
}

}  // namespace boardgate::board
