// SPDX-License-Identifier: MIT
#include "src/logdirs/homes.h"

#include <pwd.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "src/base/peer.h"

namespace boardgate::logdirs {

namespace {

constexpr uid_t nobody = 65534;
/// A directory service may list every account of a university; those beyond are found by who owns a folder.
constexpr std::size_t most_accounts = 20000;

bool may_log_in(const std::string& shell) { return !shell.ends_with("/nologin") && !shell.ends_with("/false"); }

bool is_person(uid_t uid, const std::string& home, const std::string& shell, std::int64_t minimum_uid) {
    return static_cast<std::int64_t>(uid) >= minimum_uid && uid != nobody && may_log_in(shell) && home.size() > 1 && home.front() == '/';
}

}  // namespace

std::string tidy(const std::string& path) {
    std::string text = std::filesystem::path(path).lexically_normal().string();
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
}

bool lies_in(const std::string& path, const std::string& folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::vector<Home> homes_of_people(std::int64_t minimum_uid) {
    std::vector<Home> homes;
    setpwent();
    for (std::size_t seen = 0; seen < most_accounts; ++seen) {
        const passwd* entry = getpwent();
        if (entry == nullptr) break;
        if (!is_person(entry->pw_uid, entry->pw_dir, entry->pw_shell, minimum_uid)) continue;
        homes.push_back({entry->pw_uid, entry->pw_name, tidy(entry->pw_dir)});
    }
    endpwent();
    return homes;
}

const Home* foreign_home(const std::string& path, uid_t me, const std::vector<Home>& homes) {
    const Home* innermost = nullptr;
    for (const Home& home : homes) {
        if (!lies_in(path, home.path)) continue;
        const bool deeper = innermost == nullptr || home.path.size() > innermost->path.size();
        const bool shared = innermost != nullptr && home.path.size() == innermost->path.size() && home.uid == me;
        if (deeper || shared) innermost = &home;
    }
    return innermost != nullptr && innermost->uid != me ? innermost : nullptr;
}

std::optional<Home> foreign_home_on_the_way(const std::string& resolved, uid_t me, std::int64_t minimum_uid) {
    std::set<uid_t> asked;
    for (std::size_t end = resolved.find('/', 1);; end = resolved.find('/', end + 1)) {
        const std::string folder = resolved.substr(0, end);
        struct stat here {};
        struct stat there {};
        if (lstat(folder.c_str(), &here) != 0) return std::nullopt;
        if (here.st_uid != me && here.st_uid != 0 && asked.insert(here.st_uid).second) {
            const auto owner = account_of(here.st_uid);
            // Its home may be written with a link in it, so compare what it leads to.
            if (owner && is_person(owner->uid, owner->home, owner->shell, minimum_uid) && stat(owner->home.c_str(), &there) == 0 &&
                here.st_dev == there.st_dev && here.st_ino == there.st_ino) {
                return Home{owner->uid, owner->name, folder};
            }
        }
        if (end == std::string::npos) return std::nullopt;
    }
}

}  // namespace boardgate::logdirs
