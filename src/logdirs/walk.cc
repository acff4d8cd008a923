// SPDX-License-Identifier: MIT
#include "src/logdirs/walk.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "src/base/fd.h"

namespace boardgate::logdirs {

void Walk::give_up(std::size_t start) {
    complete_ = false;
    incomplete_.insert(start);
}

bool Walk::complete(std::size_t start) const { return !incomplete_.contains(start); }

void Walk::run(const std::function<bool(const Seen&)>& use) {
    while (!folders_.empty() || !links_.empty()) {
        std::deque<Folder>& from = folders_.empty() ? links_ : folders_;
        if (!has_budget()) break;
        const Folder folder = std::move(from.front());
        from.pop_front();
        if (!use(look_into(folder))) break;
    }
    for (const std::deque<Folder>* left : {&folders_, &links_}) {
        for (const Folder& folder : *left) give_up(folder.start);
    }
}

Seen Walk::look_into(const Folder& folder) {
    Seen seen{folder.path, folder.start, folder.depth};
    Fd fd(open(folder.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat info {};
    // Listing is not enough: its files must be accessible, too, which "." shows.
    if (!fd || fstatat(fd.get(), ".", &info, 0) != 0) return seen;
    if (folder.depth > 0 && admit_.open && !admit_.open(info)) return seen;
    // A link may lead to a folder above it.
    if (!known_.emplace(once_ ? 0 : folder.start, info.st_dev, info.st_ino).second) {
        seen.readable = true;
        return seen;
    }
    const Dir dir(fdopendir(fd.get()));
    if (dir == nullptr) return seen;
    const int here = fd.release();  // the DIR's now
    seen.readable = true;
    while (const dirent* entry = readdir(dir.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (!has_budget()) {
            give_up(folder.start);
            break;
        }
        --entries_left_;
        look_at(here, *entry, folder, seen);
    }
    std::sort(seen.event_files.begin(), seen.event_files.end());
    return seen;
}

void Walk::look_at(int here, const dirent& entry, const Folder& folder, Seen& seen) {
    const std::string_view name = entry.d_name;
    if (entry.d_type == DT_DIR) return remember(folder, name, false);
    // Skip files with other names; readdir(3) usually returns the type.
    const bool event_file = name.find("tfevents") != std::string_view::npos;
    if (!event_file && entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return;
    struct stat info {};
    if (fstatat(here, entry.d_name, &info, 0) != 0) {
        if (errno == ENOENT && event_file && entry.d_type == DT_LNK) seen.dead_links.emplace_back(name);
        return;
    }
    if (S_ISDIR(info.st_mode)) return remember(folder, name, entry.d_type == DT_LNK);
    if (!event_file || !S_ISREG(info.st_mode)) return;
    seen.event_files.emplace_back(name);
    seen.newest = std::max<std::int64_t>(seen.newest, info.st_mtim.tv_sec);
    seen.bytes += static_cast<std::uint64_t>(info.st_size);
}

void Walk::remember(const Folder& in, std::string_view name, bool link) {
    std::string path = in.path + (in.path.ends_with('/') ? "" : "/") + std::string(name);
    if (admit_.name && !admit_.name(path, name, link)) return;
    if (in.depth >= depth_) return give_up(in.start);
    (link ? links_ : folders_).push_back({std::move(path), in.start, in.depth + 1});
}

}  // namespace boardgate::logdirs
