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

/// Finds homes by the owner of a folder, even those that a directory service does not list. Caches its lookups.
class OwnedHomes {
public:
    OwnedHomes(uid_t me, std::int64_t minimum_uid) : me_(me), minimum_uid_(minimum_uid) {}
    /// The person whose home the folder is, if it belongs to another person and is that person's home.
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

/// The same for each folder of a resolved path, from the root; the first match.
[[nodiscard]] std::optional<std::string> foreign_home_on_the_way(const std::string& resolved, uid_t me, std::int64_t minimum_uid);

}  // namespace boardgate::logdirs
