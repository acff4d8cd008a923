// SPDX-License-Identifier: MIT
#include "src/logdirs/homes.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "src/base/peer.h"

namespace boardgate::logdirs {

namespace {

constexpr uid_t nobody = 65534;
/// A directory service may list every account of a university; homes beyond this are found by owner.
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

std::string resolved(const std::string& path) {
    struct Free {
        void operator()(char* text) const { std::free(text); }
    };
    const std::unique_ptr<char, Free> text(realpath(path.c_str(), nullptr));
    return text ? text.get() : std::string();
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

std::optional<std::string> OwnedHomes::foreign_owner(const struct stat& folder) {
    if (folder.st_uid == me_ || folder.st_uid == 0 || is_shared(folder)) return std::nullopt;
    const auto [known, fresh] = asked_.try_emplace(folder.st_uid);
    if (fresh) {
        const auto owner = account_of(folder.st_uid);
        struct stat home {};
        // A home's path may contain a link, so compare its resolved path.
        if (owner && is_person(owner->uid, owner->home, owner->shell, minimum_uid_) && stat(owner->home.c_str(), &home) == 0) {
            known->second = Place{owner->name, home.st_dev, home.st_ino};
        }
    }
    const std::optional<Place>& home = known->second;
    if (!home || home->device != folder.st_dev || home->inode != folder.st_ino) return std::nullopt;
    return home->user;
}

bool is_shared_with(const struct stat& folder, uid_t me, const std::vector<gid_t>& groups) {
    if (!S_ISDIR(folder.st_mode)) return false;
    constexpr mode_t chosen = S_ISGID | S_IWGRP;
    return folder.st_uid == me || ((folder.st_mode & chosen) == chosen && std::ranges::find(groups, folder.st_gid) != groups.end());
}

std::vector<gid_t> own_groups() {
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, getgroups(0, nullptr))));
    groups.resize(static_cast<std::size_t>(std::max(0, getgroups(static_cast<int>(groups.size()), groups.data()))));
    groups.push_back(getegid());
    return groups;
}

std::optional<std::string> foreign_home_on_the_way(const std::string& resolved, const Home* named, OwnedHomes homes) {
    std::optional<std::string> whose;
    for (std::size_t end = resolved.find('/', 1);; end = resolved.find('/', end + 1)) {
        const std::string path = resolved.substr(0, end);
        struct stat here {};
        // What cannot be looked at is as private as the folder above it, or as the home's name says.
        if (lstat(path.c_str(), &here) != 0) return named != nullptr ? named->user : whose;
        if (named != nullptr && path == named->path) whose = named->user;
        if (homes.is_shared(here)) whose.reset();
        if (auto owner = homes.foreign_owner(here)) whose = std::move(owner);
        if (end == std::string::npos) return whose;
    }
}

}  // namespace boardgate::logdirs
