// SPDX-License-Identifier: MIT
#include "src/board/several_folders.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string_view>

#include "src/base/folder_names.h"

namespace boardgate::board {

namespace {

/// Does it hold event files itself, not only in folders below?
bool is_run(const LogDir& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(folder.str().c_str()), &closedir);
    if (dir == nullptr) return false;
    while (const dirent* entry = readdir(dir.get())) {
        if (std::string_view(entry->d_name).find("tfevents") == std::string_view::npos) continue;
        struct stat info {};
        if (fstatat(dirfd(dir.get()), entry->d_name, &info, 0) == 0 && S_ISREG(info.st_mode)) return true;
    }
    return false;
}

Result<void> link(const LogDir& folder, const std::string& as) {
    if (symlink(folder.str().c_str(), as.c_str()) != 0) return system_error("cannot link a log directory", folder.str());
    return {};
}

/// `only`: a link to the only folder, and no folder of links.
Result<void> make_links(const std::vector<LogDir>& folders, const std::vector<std::string>& names, const std::string& links, bool only) {
    if (only) return link(folders.front(), links);
    if (mkdir(links.c_str(), 0700) != 0) return system_error("cannot create the folder of links to the log directories", links);
    for (std::size_t i = 0; i < folders.size(); ++i) {
        if (auto linked = link(folders[i], links + '/' + names[i]); !linked) return error_of(linked);
    }
    return {};
}

}  // namespace

Result<LinkedFolders> link_folders(const std::vector<LogDir>& folders, const std::vector<std::string>& names, const std::string& in) {
    std::vector<std::string> paths;
    for (const LogDir& folder : folders) paths.push_back(folder.str());
    const std::vector<std::string> all = names_apart(paths, names);
    const bool one = folders.size() == 1;
    const bool only = one && (!is_folder_name(all.front()) || !is_run(folders.front()));
    std::vector<LogDir> made;
    for (const char* name : {"/runs", "/files"}) {
        const Result<LogDir> whole = LogDir::parse(in + name);
        if (!whole) return error_of(whole);
        if (auto linked = make_links(folders, all, whole->str(), only); !linked) return error_of(linked);
        made.push_back(*whole);
    }
    const Result<LogDir> first = one && !only ? LogDir::parse(made[1].str() + '/' + all.front()) : made[1];
    if (!first) return error_of(first);
    return LinkedFolders{made[0], made[1], *first};
}

}  // namespace boardgate::board
