// SPDX-License-Identifier: MIT
#include "src/base/folder_names.h"

#include <algorithm>
#include <set>

#include "src/base/names.h"

namespace boardgate {

namespace {

constexpr std::size_t longest_file_name = 255;

std::string without_end_slashes(const std::string& path) { return path.substr(0, path.find_last_not_of('/') + 1); }

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

/// The shortest tail that no other folder has.
std::string shortest_tail(const std::string& path, const std::vector<std::string>& folders) {
    const auto components = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
    std::string name;
    for (std::size_t count = 1; count <= components; ++count) {
        name = tail(path, count);
        const bool apart = std::none_of(folders.begin(), folders.end(), [&](const std::string& other) {
            const std::string theirs = without_end_slashes(other);
            return theirs != path && tail(theirs, count) == name;
        });
        if (apart) break;
    }
    return name.empty() ? "root" : name;
}

}  // namespace

bool is_folder_name(const std::string& text) {
    return !text.empty() && text.size() <= longest_file_name && text.find('/') == std::string::npos && text != "." && text != ".." &&
           is_utf8(text) && !has_control_character(text);
}

std::vector<std::string> names_apart(const std::vector<std::string>& folders, const std::vector<std::string>& given) {
    std::vector<std::string> names(folders.size());
    std::set<std::string> taken;
    for (std::size_t i = 0; i < folders.size() && i < given.size(); ++i) {
        if (!given[i].empty() && taken.insert(given[i]).second) names[i] = given[i];
    }
    for (std::size_t i = 0; i < folders.size(); ++i) {
        if (!names[i].empty()) continue;
        std::string name = shortest_tail(without_end_slashes(folders[i]), folders);
        // Equal names are still possible: `/a/b-c` and `/a-b/c`, or the same folder twice.
        const std::string base = name.substr(0, longest_file_name - 4);
        for (int number = 2; !taken.insert(name).second; ++number) name = base + '-' + std::to_string(number);
        names[i] = name;
    }
    return names;
}

}  // namespace boardgate
