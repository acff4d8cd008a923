// SPDX-License-Identifier: MIT
#include "src/board/log_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "src/base/fd.h"

namespace boardgate::board {

namespace {

/// A file that this many scans do not find was deleted. If it returns sooner, the data server may not have noticed and may
/// still have the old file open.
constexpr std::uint64_t scans_until_forgotten = 10;

bool is_link(int folder, const char* name) {
    struct stat info {};
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

bool same_time(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

}  // namespace

LogFiles::LogFiles(std::string folder) : LogFiles(std::move(folder), Bounds()) {}

LogFiles::LogFiles(std::string folder, Bounds bounds) : folder_(std::move(folder)), bounds_(bounds) {}

Scan LogFiles::scan() {
    ++number_;
    found_ = {};
    entries_left_ = bounds_.entries;
    above_.clear();
    // By path each time, since the log directory may be a link that is switched.
    if (Fd top(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); top) {
        (void)scan_folder(top.release(), folder_);
    } else {
        found_.missing = errno == ENOENT || errno == ENOTDIR;
        found_.unreadable = errno == EACCES || errno == EPERM ? 1 : 0;
    }
    if (found_.complete) {
        std::erase_if(files_, [this](const auto& file) { return number_ - file.second.seen > scans_until_forgotten; });
    }
    return std::move(found_);
}

bool LogFiles::scan_folder(int folder, const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(fdopendir(folder), &closedir);
    if (dir == nullptr) {
        close(folder);
        return true;
    }
    struct stat info {};
    if (fstat(folder, &info) != 0) return true;
    const Identity self{info.st_dev, info.st_ino};
    if (std::find(above_.begin(), above_.end(), self) != above_.end()) return false;
    if (above_.size() >= bounds_.depth) {
        found_.complete = false;
        return true;
    }
    above_.push_back(self);
    while (const dirent* entry = readdir(dir.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (entries_left_ == 0) {
            found_.complete = false;
            break;
        }
        --entries_left_;
        // TensorBoard's rule for event files.
        const bool event_file = name.find("tfevents") != std::string_view::npos;
        // readdir(3) usually returns the type of other files.
        if (event_file || entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
            scan_entry(folder, path + "/" + entry->d_name, entry->d_name, event_file);
        }
    }
    above_.pop_back();
    return true;
}

void LogFiles::scan_entry(int folder, const std::string& path, const char* name, bool event_file) {
    struct stat info {};
    if (fstatat(folder, name, &info, 0) != 0) return;
    if (S_ISDIR(info.st_mode)) {
        if (Fd below(openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); below) {
            if (!scan_folder(below.release(), path)) found_.circles.push_back(path);
        } else if (errno == EACCES || errno == EPERM) {
            ++found_.unreadable;
            if (is_link(folder, name)) ++found_.linked;
        }
        return;
    }
    if (!event_file || !S_ISREG(info.st_mode)) return;
    if (bounds_.open_links && is_link(folder, name)) {
        if (const Fd file(openat(folder, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)); !file && errno == EACCES) ++found_.linked;
    }
    ++found_.event_files;
    const File now{{info.st_dev, info.st_ino}, info.st_size, info.st_mtim, {info.st_mode, info.st_uid, info.st_gid}, number_};
    const auto [known, is_new] = files_.try_emplace(path, now);
    if (!is_new && is_replaced(known->second, now)) found_.replaced.push_back(path);
}

bool LogFiles::is_replaced(File& known, const File& now) {
    known.seen = now.seen;
    // What could not be opened, TensorBoard's own data server does not try again.
    bool replaced = std::exchange(known.rights, now.rights) != now.rights;
    if (known.identity != now.identity) {
        // Another inode of the same length may be the same file: some file systems renumber files. Keep the old identity,
        // which the data server has open.
        if (known.size == now.size && same_time(known.changed, now.changed)) return replaced;
        replaced = true;
    } else if (now.size < known.size) {
        // Only if it stays shorter: cp(1) truncates a file before it writes it.
        if (!std::exchange(known.shorter, true)) return replaced;
        replaced = true;
    }
    known = now;
    return replaced;
}

}  // namespace boardgate::board
