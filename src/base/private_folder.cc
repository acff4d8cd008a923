// SPDX-License-Identifier: MIT
#include "src/base/private_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <memory>

namespace boardgate {

Result<PrivateFolder> PrivateFolder::open_private(const std::string& path, const std::string& contents) {
    Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    if (!folder || fstat(folder.get(), &info) != 0) return system_error(fmt::format("cannot open the folder of {}", contents), path);
    if (info.st_uid != geteuid() || (info.st_mode & 077U) != 0) {
        return failure(fmt::format("other accounts can access the folder of {}", contents), path, "chown it to root and chmod it to 0700");
    }
    return PrivateFolder(std::move(folder));
}

Result<void> PrivateFolder::write(const std::string& name, std::string_view bytes, IfUnfinished if_unfinished) const {
    const std::string temporary = name + std::string(unfinished);
    const int existing = if_unfinished == IfUnfinished::fail ? O_EXCL : O_TRUNC;
    const Fd file(openat(folder_.get(), temporary.c_str(), O_WRONLY | O_CREAT | existing | O_CLOEXEC | O_NOFOLLOW, 0600));
    const bool written = file && ::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                         fsync(file.get()) == 0 && renameat(folder_.get(), temporary.c_str(), folder_.get(), name.c_str()) == 0 &&
                         fsync(folder_.get()) == 0;
    if (written) return {};
    auto error = system_error("cannot write", name);
    unlinkat(folder_.get(), temporary.c_str(), 0);
    return error;
}

bool PrivateFolder::overwrite(const std::string& name, std::string_view bytes) const {
    const Fd file(openat(folder_.get(), name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    return file && fstat(file.get(), &info) == 0 && info.st_size == static_cast<off_t>(bytes.size()) &&
           pwrite(file.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()) && fsync(file.get()) == 0;
}

Result<std::string> PrivateFolder::read(const std::string& name, std::size_t most) const {
    const Fd file(openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return system_error("cannot open", name);
    std::string bytes(most, '\0');
    const ssize_t got = ::read(file.get(), bytes.data(), bytes.size());
    if (got < 0) return system_error("cannot read", name);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

bool PrivateFolder::remove(const std::string& name) const { return unlinkat(folder_.get(), name.c_str(), 0) == 0; }

void PrivateFolder::sync() const { fsync(folder_.get()); }

/// An open file description of its own: locks and the position of readdir(3) belong to that.
Fd PrivateFolder::reopen() const { return Fd(openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

std::vector<std::string> PrivateFolder::names() const {
    std::vector<std::string> names;
    Fd folder = reopen();
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(folder ? fdopendir(folder.get()) : nullptr, &closedir);
    if (!dir) return names;
    (void)folder.release();  // closedir() closes it
    while (const dirent* entry = readdir(dir.get())) {
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    return names;
}

std::chrono::sys_seconds PrivateFolder::changed(const std::string& name) const {
    struct stat info {};
    if (fstatat(folder_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return {};
    return std::chrono::sys_seconds(std::chrono::seconds(info.st_mtime));
}

void PrivateFolder::remove_unfinished(std::chrono::sys_seconds now) const {
    for (const std::string& name : names()) {
        // A file that disappeared meanwhile counts as old; then there is nothing to remove.
        if (name.ends_with(unfinished) && changed(name) + longest_write < now) (void)remove(name);
    }
}

FolderLock::~FolderLock() {
    if (file_) unlinkat(folder_, name_.c_str(), 0);
}

FolderLock PrivateFolder::lock(const std::string& name) const { return lock(name, LOCK_EX); }

FolderLock PrivateFolder::try_lock(const std::string& name) const { return lock(name, LOCK_EX | LOCK_NB); }

FolderLock PrivateFolder::lock(const std::string& name, int operation) const {
    const std::string path = fmt::format(".{}.lock", name);
    for (;;) {
        Fd file(openat(folder_.get(), path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
        while (flock(file.get(), operation) != 0) {
            if (errno == EWOULDBLOCK) return {folder_.get(), path, Fd()};
            if (errno != EINTR) break;
        }
        // The previous holder may have removed this file. Then another process can lock the new one.
        struct stat locked {};
        struct stat current {};
        const bool same = fstat(file.get(), &locked) == 0 && fstatat(folder_.get(), path.c_str(), &current, AT_SYMLINK_NOFOLLOW) == 0 &&
                          locked.st_ino == current.st_ino;
        if (same || !file) return {folder_.get(), path, std::move(file)};
    }
}

}  // namespace boardgate
