// SPDX-License-Identifier: MIT
#include "src/board/several_folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

namespace boardgate::board {

namespace {

constexpr std::size_t longest_file_name = 255;

/// The last `count` components of a path, joined with `-`.
std::string tail(const std::string& path, std::size_t count) {
    std::size_t at = path.size();
    while (count-- > 0 && at != std::string::npos && at > 0) at = path.rfind('/', at - 1);
    std::string name = path.substr(at == std::string::npos ? 0 : at);
    name.erase(0, name.find_first_not_of('/'));
    std::replace(name.begin(), name.end(), '/', '-');
    if (name.size() > longest_file_name) name.erase(0, name.size() - longest_file_name);
    return name;
}

}  // namespace

std::vector<std::string> names_apart(const std::vector<LogDir>& folders) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (const LogDir& folder : folders) {
        const std::string path = folder.str().substr(0, folder.str().find_last_not_of('/') + 1);
        const auto components = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
        std::string name;
        for (std::size_t count = 1; count <= components; ++count) {
            name = tail(path, count);
            const bool apart = std::none_of(folders.begin(), folders.end(), [&](const LogDir& other) {
                const std::string theirs = other.str().substr(0, other.str().find_last_not_of('/') + 1);
                return theirs != path && tail(theirs, count) == name;
            });
            if (apart) break;
        }
        if (name.empty()) name = "root";
        // Equal names are still possible: `/a/b-c` and `/a-b/c`, or the same folder twice.
        const std::string base = name.substr(0, longest_file_name - 4);
        for (int number = 2; !taken.insert(name).second; ++number) name = base + '-' + std::to_string(number);
        names.push_back(name);
    }
    return names;
}

Result<LogDir> link_folders(const std::vector<LogDir>& folders, const std::string& in) {
    const std::string links = in + "/runs";
    if (mkdir(links.c_str(), 0700) != 0) return system_error("cannot create the folder of links to the log directories", links);
    const auto names = names_apart(folders);
    for (std::size_t i = 0; i < folders.size(); ++i) {
        if (symlink(folders[i].str().c_str(), (links + '/' + names[i]).c_str()) != 0) {
            return system_error("cannot link a log directory", folders[i].str());
        }
    }
    return LogDir::parse(links);
}

}  // namespace boardgate::board
