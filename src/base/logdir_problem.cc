// SPDX-License-Identifier: MIT
#include "src/base/logdir_problem.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "src/base/fd.h"

namespace boardgate {

namespace {

using Kind = LogdirProblem::Kind;

struct Look {
    int error = 0;
    bool empty = true;
};

/// Lists the first entry: without a ticket, some file systems open a folder but refuse to list it.
Look look_into(const std::string& path) {
    Fd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || faccessat(fd.get(), ".", R_OK | X_OK, AT_EACCESS) != 0) return {errno};
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(fdopendir(fd.get()), &closedir);
    if (dir == nullptr) return {errno};
    (void)fd.release();  // closedir's now
    errno = 0;
    while (const dirent* entry = readdir(dir.get())) {
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) return {0, false};
    }
    return {errno};
}

bool lies_in(const std::string& path, const std::string& folder) {
    return folder.size() > 1 && path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// While a home is not mounted, its mount point is an empty folder of another owner.
bool is_not_mounted(const std::string& home) {
    struct stat info {};
    if (stat(home.c_str(), &info) != 0) return errno == ENOENT;
    return info.st_uid != geteuid() && look_into(home).empty;
}

/// The mode lets the owner in, but the file system refuses: as NFS with Kerberos and AFS do without a ticket.
bool refuses_its_owner(const std::string& home) {
    struct stat info {};
    if (look_into(home).error != EACCES) return false;
    return stat(home.c_str(), &info) != 0 || (info.st_uid == geteuid() && (info.st_mode & S_IRUSR) != 0 && (info.st_mode & S_IXUSR) != 0);
}

Kind kind_of(int error, const std::string& path, const std::string& home) {
    switch (error) {
        case ENOENT:
            return lies_in(path, home) && is_not_mounted(home) ? Kind::home_missing : Kind::missing;
        case ENAMETOOLONG:
            return Kind::missing;
        case ENOTDIR:
            return Kind::not_a_folder;
        case EKEYEXPIRED:
        case ENOKEY:
        case EKEYREVOKED:
        case EKEYREJECTED:
            return Kind::no_ticket;
        case EACCES:
            return lies_in(path, home) && refuses_its_owner(home) ? Kind::no_ticket : Kind::unreadable;
        default:
            return Kind::unreadable;
    }
}

/// The code says what this means for the board: here is which folder, in the system's words.
std::string text_of(Kind kind, int error, const std::string& path, const std::string& home) {
    if (kind == Kind::home_missing) return fmt::format("\"{}\": not mounted", home);
    return fmt::format("\"{}\": {}", path, std::strerror(error));
}

}  // namespace

const char* code_of(LogdirProblem::Kind kind) {
    static constexpr const char* codes[] = {"logdir_missing", "logdir_not_a_folder", "logdir_unreadable", "home_missing", "no_ticket"};
    return codes[static_cast<std::size_t>(kind)];
}

std::optional<LogdirProblem> fault_of_folder(const std::string& path, const std::string& home) {
    const Look look = look_into(path);
    if (look.error == 0) return std::nullopt;
    const Kind kind = kind_of(look.error, path, home);
    return LogdirProblem{kind, text_of(kind, look.error, path, home)};
}

}  // namespace boardgate
