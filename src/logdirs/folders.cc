// SPDX-License-Identifier: MIT
#include "src/logdirs/folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/fd.h"

namespace boardgate::logdirs {

using wire::FolderReport;
using wire::FolderVerdict;

namespace {

/// A directory service may be slow to list its accounts.
constexpr std::chrono::seconds homes_stay{10};

FolderVerdict verdict_of(int error) {
    switch (error) {
        case ENOENT:
        case ENAMETOOLONG:
            return FolderVerdict::missing;
        case ENOTDIR:
            return FolderVerdict::not_a_folder;
        default:  // EACCES, ELOOP, a file system that does not answer, ...: use the system's error text
            return FolderVerdict::unreadable;
    }
}

tl::unexpected<FolderReport> refused(FolderVerdict verdict, std::string detail) {
    detail.resize(std::min(detail.size(), wire::longest::sentence));
    return tl::make_unexpected(FolderReport{verdict, std::move(detail)});
}

/// Of a path after all links.
tl::expected<void, FolderReport> can_be_read(const std::string& target) {
    // Check the file type first: opening a FIFO or a device has side effects.
    struct stat info {};
    if (stat(target.c_str(), &info) != 0) return refused(verdict_of(errno), std::strerror(errno));
    if (!S_ISDIR(info.st_mode)) return refused(FolderVerdict::not_a_folder, "it is not a folder");
    const Fd folder(open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Listing is not enough: its files must be accessible, too.
    if (!folder || faccessat(folder.get(), ".", R_OK | X_OK, AT_EACCESS) != 0) return refused(verdict_of(errno), std::strerror(errno));
    return {};
}

}  // namespace

std::shared_ptr<const std::vector<Home>> Folders::homes() {
    const auto listed = listed_.lock();
    if (listed->homes == nullptr || clock_.boot() - listed->when > homes_stay) {
        listed->homes = std::make_shared<const std::vector<Home>>(homes_of_people(minimum_uid_));
        listed->when = clock_.boot();
    }
    return listed->homes;
}

std::optional<std::string> Folders::owner_of_home(const std::string& path, bool resolved) {
    const auto listed = homes();
    const Home* home = foreign_home(path, me_, *listed);
    if (resolved) return foreign_home_on_the_way(path, home, owned_homes());
    return home == nullptr ? std::nullopt : std::optional(home->user);
}

tl::expected<void, FolderReport> Folders::readable(const std::string& path) {
    const std::string target = resolved(path);
    const int error = errno;
    const auto whose = owner_of_home(target.empty() ? tidy(path) : target, !target.empty());
    if (whose) return refused(FolderVerdict::foreign, *whose + "'s home");
    if (target.empty()) return refused(verdict_of(error), std::strerror(error));
    return can_be_read(target);
}

tl::expected<std::string, FolderReport> Folders::readable_anywhere(const std::string& path) {
    const std::string target = resolved(path);
    if (target.empty()) return refused(verdict_of(errno), std::strerror(errno));
    if (const auto good = can_be_read(target); !good) return error_of(good);
    return owner_of_home(target, true).value_or(std::string());
}

}  // namespace boardgate::logdirs
