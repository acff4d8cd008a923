// SPDX-License-Identifier: MIT
#include "src/logdirs/elsewhere.h"

#include <algorithm>
#include <array>

#include "src/logdirs/event_files.h"
#include "src/logdirs/silence.h"

namespace boardgate::logdirs {

namespace {

/// The operating system's own.
constexpr std::array<std::string_view, 19> of_the_system = {"bin",    "boot",       "dev",  "etc",  "lib", "lib32", "lib64",
                                                            "libx32", "lost+found", "proc", "root", "run", "sbin",  "sys",
                                                            "tmp",    "usr",        "var",  "home", "snap"};
constexpr std::size_t most_entries = 200;
constexpr Budget of_each{std::chrono::milliseconds(300), 20000};

std::vector<std::string> folders_in(const std::string& folder) {
    std::vector<std::string> paths;
    const Dir dir(opendir(folder.c_str()));
    if (dir == nullptr) return paths;
    while (const dirent* entry = readdir(dir.get())) {
        const std::string_view name = entry->d_name;
        if (name.starts_with('.') || (entry->d_type != DT_DIR && entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)) continue;
        if (paths.size() >= most_entries) break;
        paths.push_back((folder == "/" ? "/" : folder + "/") + std::string(name));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

bool is_folder(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// In one folder of the top, which may be a file server that does not answer.
std::vector<std::string> candidates_in(const std::string& folder, const std::string& user) {
    std::vector<std::string> found;
    if (is_folder(folder + "/" + user)) return {folder + "/" + user};
    for (const std::string& inner : folders_in(folder)) {
        if (is_folder(inner + "/" + user)) found.push_back(inner + "/" + user);
    }
    return found;
}

}  // namespace

std::vector<wire::Elsewhere> runs_elsewhere(Folders& folders, const std::string& user, const std::vector<std::string>& roots,
                                            const std::string& top) {
    std::vector<wire::Elsewhere> elsewhere;
    for (const std::string& folder : folders_in(top)) {
        const std::string name = folder.substr(folder.rfind('/') + 1);
        if (top == "/" && std::find(of_the_system.begin(), of_the_system.end(), name) != of_the_system.end()) continue;
        const auto candidates = patiently<std::vector<std::string>>(
            folder, [folder, user] { return candidates_in(folder, user); }, std::chrono::milliseconds(500));
        for (const std::string& path : candidates.value_or(std::vector<std::string>())) {
            const bool searched = std::any_of(roots.begin(), roots.end(), [&](const std::string& root) { return lies_in(path, root); });
            if (searched || !LogDir::parse(path) || !folders.readable(path)) continue;
            const EventFiles found = find_event_files(path, folders.clock(), of_each);
            if (found.runs > 0) elsewhere.push_back({path, found.runs, found.complete});
            if (elsewhere.size() >= wire::longest::elsewhere) return elsewhere;
        }
    }
    return elsewhere;
}

}  // namespace boardgate::logdirs
