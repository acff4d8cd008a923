// SPDX-License-Identifier: MIT
// Whose home a path lies in. Homes are compared by name; nothing below one that is not ours is looked at.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/base/settings.h"

namespace boardgate::logdirs {

struct Home {
    uid_t uid;
    std::string user;
    std::string path;
};

/// A path without `.`, `..`, double and last slashes, by its text alone.
[[nodiscard]] std::string tidy(const std::string& path);
/// Both tidy: is `path` that folder, or below it?
[[nodiscard]] bool lies_in(const std::string& path, const std::string& folder);

/// realpath(3); empty, with errno, where that cannot be said.
[[nodiscard]] std::string resolved(const std::string& path);

/// Homes of people: accounts from `minimum_uid` on that may log in. Data sets are often owned by an account
/// without a shell, and are there to be looked at.
[[nodiscard]] std::vector<Home> homes_of_people(std::int64_t minimum_uid);

/// The innermost home that a path lies in, if it is another's. One that is ours, too, is ours.
[[nodiscard]] const Home* foreign_home(const std::string& path, uid_t me, const std::vector<Home>& homes);

/// Homes by who owns a folder: also of accounts that a directory service does not list. Remembers whom it asked for.
class OwnedHomes {
public:
    OwnedHomes(uid_t me, std::int64_t minimum_uid) : me_(me), minimum_uid_(minimum_uid) {}
    /// Whose home this folder is, when its owner is somebody else and it is that somebody's.
    [[nodiscard]] std::optional<std::string> foreign_owner(const struct stat& folder);

private:
    struct Place {
        std::string user;
        dev_t device;
        ino_t inode;
    };
    uid_t me_;
    std::int64_t minimum_uid_;
    std::map<uid_t, std::optional<Place>> asked_;
};

/// The same for a path whose links are resolved: the first such folder on the way.
[[nodiscard]] std::optional<std::string> foreign_home_on_the_way(const std::string& resolved, uid_t me, std::int64_t minimum_uid);

}  // namespace boardgate::logdirs
