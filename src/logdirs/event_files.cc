// SPDX-License-Identifier: MIT
#include "src/logdirs/event_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace boardgate::logdirs {

namespace {

class Look {
public:
    Look(const Fd& root, const Clock& clock, Budget budget)
        : root_(root), clock_(clock), end_(clock.boot() + budget.time), entries_left_(budget.entries) {}

    EventFiles run() {
        for (waiting_.emplace_back("."); !waiting_.empty() && found_.complete; waiting_.pop_front()) look_into(waiting_.front());
        return found_;
    }

private:
    void look_into(const std::string& folder) {
        Fd fd(openat(root_.get(), folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        struct stat info {};
        if (!fd || fstat(fd.get(), &info) != 0) {
            ++found_.unreadable;
            return;
        }
        // A link may lead to a folder above it.
        if (!seen_.emplace(info.st_dev, info.st_ino).second) return;
        const std::unique_ptr<DIR, int (*)(DIR*)> dir(fdopendir(fd.get()), &closedir);
        if (dir == nullptr) return;
        const int here = fd.release();  // closedir's now
        while (const dirent* entry = readdir(dir.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (entries_left_ == 0 || clock_.boot() >= end_) {
                found_.complete = false;
                return;
            }
            --entries_left_;
            const bool event_file = name.find("tfevents") != std::string_view::npos;
            // A file of any other name is none of ours; its kind is mostly known without asking for it.
            if (entry->d_type == DT_DIR) {
                waiting_.push_back(folder + "/" + entry->d_name);
            } else if (event_file || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
                look_at(here, folder, entry->d_name, event_file);
            }
        }
    }

    void look_at(int here, const std::string& folder, const char* name, bool event_file) {
        struct stat info {};
        if (fstatat(here, name, &info, 0) != 0) return;
        if (S_ISDIR(info.st_mode)) {
            waiting_.push_back(folder + "/" + name);
        } else if (event_file && S_ISREG(info.st_mode)) {
            ++found_.count;
            found_.newest = std::max<std::int64_t>(found_.newest, info.st_mtim.tv_sec);
        }
    }

    const Fd& root_;
    const Clock& clock_;
    BootTime end_;
    std::size_t entries_left_;
    EventFiles found_;
    std::deque<std::string> waiting_;
    std::set<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

EventFiles find_event_files(const Fd& folder, const Clock& clock, Budget budget) { return Look(folder, clock, budget).run(); }

}  // namespace boardgate::logdirs
