// SPDX-License-Identifier: MIT
#include "src/data/log_walk.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "src/events/utf8.h"

namespace boardgate::data {

namespace {

constexpr std::string_view mark = "tfevents";
/// Where TensorFlow's profiler writes, and PyTorch's.
constexpr std::string_view profile_folder = "/plugins/profile";
constexpr std::string_view trace_endings[] = {".pt.trace.json", ".pt.trace.json.gz"};
constexpr std::int64_t nanoseconds = 1'000'000'000;

struct CloseDir {
    void operator()(DIR* dir) const { closedir(dir); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

/// Paths by their parts: a folder's own files and those below it do not mix.
bool comes_before(const FoundFile& a, const FoundFile& b) {
    const auto key = [](char c) { return c == '/' ? 0 : 1 + static_cast<int>(static_cast<unsigned char>(c)); };
    return std::lexicographical_compare(a.path.begin(), a.path.end(), b.path.begin(), b.path.end(),
                                        [&](char x, char y) { return key(x) < key(y); });
}

class Walk {
public:
    Findings run(const std::string& root) {
        root_ = root;
        look_into(root);
        for (auto& [name, files] : findings_.runs) std::sort(files.begin(), files.end(), comes_before);
        return std::move(findings_);
    }

private:
    using Identity = std::pair<dev_t, ino_t>;

    void look_into(const std::string& folder) {
        std::vector<std::string> below;
        {
            const Dir dir(opendir(folder.c_str()));
            struct stat here {};
            if (dir == nullptr || fstat(dirfd(dir.get()), &here) != 0) return refuse(folder);
            above_.emplace_back(here.st_dev, here.st_ino);
            errno = 0;
            while (const dirent* entry = readdir(dir.get())) look_at(dirfd(dir.get()), folder, *entry, below);
        }
        for (const std::string& path : below) look_into(path);
        above_.pop_back();
    }

    void refuse(const std::string& folder) {
        if (errno != ENOENT) findings_.unreadable.emplace(folder, errno);
    }

    void look_at(int here, const std::string& folder, const dirent& entry, std::vector<std::string>& below) {
        const std::string_view name = entry.d_name;
        if (name == "." || name == "..") return;
        const std::string path = folder + (folder.ends_with('/') ? "" : "/") + entry.d_name;
        if (findings_.profile.empty() && is_profile(path)) findings_.profile = path;
        if (entry.d_type == DT_DIR) return below.push_back(path);
        const bool marked = name.find(mark) != std::string_view::npos;
        if (!marked && entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return;
        struct stat info {};
        if (fstatat(here, entry.d_name, &info, 0) != 0) {
            // A folder that may be listed only.
            if (errno == EACCES && marked) refuse(folder);
            if (errno == ENOENT && marked && entry.d_type == DT_LNK) findings_.dead_links.push_back(path);
            return;
        }
        if (S_ISDIR(info.st_mode)) {
            if (std::find(above_.begin(), above_.end(), Identity(info.st_dev, info.st_ino)) == above_.end()) below.push_back(path);
        } else if (marked && S_ISREG(info.st_mode)) {
            findings_.runs[run_of(folder)].push_back({path, look_of(info)});
        }
    }

    [[nodiscard]] static bool is_profile(std::string_view path) {
        return path.ends_with(profile_folder) || std::any_of(std::begin(trace_endings), std::end(trace_endings),
                                                             [path](std::string_view end) { return path.ends_with(end); });
    }

    /// The folder's path below the log directory.
    [[nodiscard]] std::string run_of(std::string_view folder) const {
        const std::string name = name_below(root_, folder);
        return name.empty() ? "." : name;
    }

    std::string root_;
    std::vector<Identity> above_;  ///< the folders that lead here
    Findings findings_;
};

}  // namespace

FileLook look_of(const struct stat& info) {
    return {info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size), info.st_mtim.tv_sec * nanoseconds + info.st_mtim.tv_nsec};
}

std::string name_below(const std::string& log_directory, std::string_view path) {
    path.remove_prefix(std::min(log_directory.size(), path.size()));
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    return events::as_unicode(path);
}

Findings find_event_files(const std::string& log_directory) { return Walk().run(log_directory); }

}  // namespace boardgate::data
