// SPDX-License-Identifier: MIT
#include "src/board/link_farm.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace boardgate::board {

namespace {

/// Calls `take` for each entry; errno where the folder cannot be listed to its end.
int list(const std::string& path, const std::function<void(const dirent&)>& take) {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(path.c_str()), &closedir);
    if (dir == nullptr) return errno;
    errno = 0;
    while (const dirent* entry = readdir(dir.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") take(*entry);
        errno = 0;
    }
    return errno;
}

bool is_folder(const std::string& path, bool follow) {
    struct stat info {};
    return (follow ? stat(path.c_str(), &info) : lstat(path.c_str(), &info)) == 0 && S_ISDIR(info.st_mode);
}

bool is_event_file(const std::string& path, std::string_view name) {
    struct stat info {};
    return name.find("tfevents") != std::string_view::npos && stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

void remove(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

}  // namespace

LinkFarm::LinkFarm(std::string shown, std::string real, std::size_t most_links)
    : shown_(std::move(shown)), real_(std::move(real)), most_links_(most_links) {}

bool LinkFarm::update(const std::vector<std::string>& replaced, const std::vector<std::string>& circles) {
    std::set<std::string> runs;
    for (const std::string& file : replaced) runs.insert(folder_of(file));
    for (const std::string& run : runs) {
        add(run);
        ++folders_[run];
    }
    if (folders_.empty()) return true;
    for (const std::string& link : circles) add(folder_of(link));
    std::erase_if(folders_, [this](const auto& known) { return !known.first.empty() && !is_folder(real_ + known.first, true); });
    std::map<std::string, Links> all;
    std::size_t count = 0;
    for (const auto& [folder, number] : folders_) {
        Links links = links_of(folder);
        count += links.wanted.size();
        // A folder that cannot be read for now stays as it is.
        if (links.error == 0 && (folder.empty() || all.contains(folder.substr(0, folder.rfind('/')))))
            all.emplace(folder, std::move(links));
    }
    if (count > most_links_) return false;
    if (!std::all_of(all.begin(), all.end(), [this](const auto& one) { return is_made(one.first); })) return make_all(all);
    return std::all_of(all.begin(), all.end(), [this](const auto& one) { return match(one.first, one.second); });
}

std::string LinkFarm::folder_of(const std::string& path) const { return path.substr(real_.size(), path.rfind('/') - real_.size()); }

void LinkFarm::add(const std::string& folder) {
    for (std::size_t end = 0; end != std::string::npos; end = folder.find('/', end + 1)) folders_.try_emplace(folder.substr(0, end));
    folders_.try_emplace(folder);
}

/// Below a link lie real folders.
bool LinkFarm::is_made(const std::string& folder) const {
    for (std::size_t end = 0; end != std::string::npos; end = folder.find('/', end + 1)) {
        if (!is_folder(shown_ + folder.substr(0, end), false)) return false;
    }
    return is_folder(shown_ + folder, false);
}

LinkFarm::Links LinkFarm::links_of(const std::string& folder) const {
    Links links;
    const unsigned number = folders_.at(folder);
    links.error = list(real_ + folder, [&](const dirent& entry) {
        const std::string name = entry.d_name;
        const std::string target = real_ + folder + '/' + name;
        if (entry.d_type != DT_DIR && entry.d_type != DT_REG && leads_up(folder, name)) return;
        // One number for all files of the run: their order stays.
        const bool renamed = number > 0 && entry.d_type != DT_DIR && is_event_file(target, name);
        links.wanted.emplace(renamed ? fmt::format("{:06}.{}", number, name) : name, target);
    });
    return links;
}

/// TensorBoard would find the link in its own tree, and not know that it is a circle.
bool LinkFarm::leads_up(const std::string& folder, const std::string& name) const {
    struct stat there {};
    if (stat((real_ + folder + '/' + name).c_str(), &there) != 0 || !S_ISDIR(there.st_mode)) return false;
    for (std::string above = real_ + folder; above.size() >= real_.size(); above.resize(above.rfind('/'))) {
        struct stat here {};
        if (stat(above.c_str(), &here) == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino) return true;
    }
    return false;
}

/// In one step, in the place of what was: no run is ever absent. A confined board may move nothing from folder to folder.
bool LinkFarm::make_all(const std::map<std::string, Links>& all) const {
    const std::string fresh = shown_ + ".new";
    remove(fresh);
    const bool made = std::all_of(all.begin(), all.end(), [&](const auto& one) {
        const auto& [folder, links] = one;
        if (mkdir((fresh + folder).c_str(), 0700) != 0) return false;
        return std::all_of(links.wanted.begin(), links.wanted.end(), [&](const auto& link) {
            if (all.contains(folder + '/' + link.first)) return true;
            return symlink(link.second.c_str(), (fresh + folder + '/' + link.first).c_str()) == 0;
        });
    });
    const bool done = made && renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, shown_.c_str(), RENAME_EXCHANGE) == 0;
    remove(fresh);
    return done;
}

/// New names come before the old ones go.
bool LinkFarm::match(const std::string& folder, const Links& links) const {
    const std::string place = shown_ + folder + '/';
    for (const auto& [name, target] : links.wanted) {
        const bool is_made_of_links = is_folder(place + name, false);
        if (is_made_of_links && folders_.contains(folder + '/' + name)) continue;
        if (is_made_of_links) remove(place + name);
        if (symlink(target.c_str(), (place + name).c_str()) != 0 && errno != EEXIST) return false;
    }
    std::vector<std::string> old;
    (void)list(place, [&](const dirent& entry) {
        if (!links.wanted.contains(entry.d_name)) old.push_back(place + entry.d_name);
    });
    for (const std::string& path : old) remove(path);
    return true;
}

}  // namespace boardgate::board
