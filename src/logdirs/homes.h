// SPDX-License-Identifier: MIT
// Finds the home directory that a path is in. Homes are compared by name; another person's home is never opened.
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

/// A path without `.`, `..`, double and trailing slashes, by its text alone.
[[nodiscard]] std::string tidy(const std::string& path);
/// Whether `path` is the folder or below it; both must be tidy.
[[nodiscard]] bool lies_in(const std::string& path, const std::string& folder);

/// realpath(3); empty, with errno, on an error.
[[nodiscard]] std::string resolved(const std::string& path);

/// The homes of people: of accounts from `minimum_uid` on with a login shell. Shared data sets often belong to an account
/// without a shell.
[[nodiscard]] std::vector<Home> homes_of_people(std::int64_t minimum_uid);

/// The innermost home that a path is in, if it is another person's and not also ours.
[[nodiscard]] const Home* foreign_home(const std::string& path, uid_t me, const std::vector<Home>& homes);

/// Whether the folder's owner, or its permissions, make it everybody's of a group that this process is in, or its own: such a
/// folder is not private, even inside somebody else's home, or where it is one. Group-readable alone is what a umask leaves;
/// set-group-id with write permission is what somebody chose.
[[nodiscard]] bool is_shared_with(const struct stat& folder, uid_t me, const std::vector<gid_t>& groups);
/// The groups of this process.
[[nodiscard]] std::vector<gid_t> own_groups();

/// Finds homes by the owner of a folder, even those that a directory service does not list. Caches its lookups.
class OwnedHomes {
public:
    OwnedHomes(uid_t me, std::int64_t minimum_uid) : me_(me), minimum_uid_(minimum_uid) {}
    /// The person whose home the folder is, if it belongs to another person, is that person's home, and is not shared with us.
    [[nodiscard]] std::optional<std::string> foreign_owner(const struct stat& folder);
    [[nodiscard]] bool is_shared(const struct stat& folder) const { return is_shared_with(folder, me_, groups_); }

private:
    struct Place {
        std::string user;
        dev_t device;
        ino_t inode;
    };
    uid_t me_;
    std::vector<gid_t> groups_ = own_groups();
    std::int64_t minimum_uid_;
    std::map<uid_t, std::optional<Place>> asked_;
};

/// The person in whose private folders a resolved path is: of `named`, the home that is known by its name, and of homes that
/// are known by their owner. A shared folder on the way ends what is private above it.
[[nodiscard]] std::optional<std::string> foreign_home_on_the_way(const std::string& resolved, const Home* named, OwnedHomes homes);

}  // namespace boardgate::logdirs
