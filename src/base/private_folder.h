// SPDX-License-Identifier: MIT
// A folder of small files that belongs to this process's user alone (mode 0700). A file is written whole or not at all:
// temporary file, fsync(2), rename(2), fsync of the folder. Nothing here follows a symbolic link.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate {

/// A lock between processes (flock(2)): a file whose name begins with a dot, removed at the end. The folder outlives it.
class FolderLock {
public:
    FolderLock(int folder, std::string name, Fd file) : folder_(folder), name_(std::move(name)), file_(std::move(file)) {}
    FolderLock(FolderLock&&) = default;
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();
    explicit operator bool() const { return static_cast<bool>(file_); }

private:
    int folder_;
    std::string name_;
    Fd file_;
};

class PrivateFolder {
public:
    /// The temporary file's name is the file's with this suffix.
    static constexpr std::string_view unfinished = ".new";
    static constexpr std::chrono::minutes longest_write{1};
    /// What happens when the temporary file exists: `fail`, or `replace` for callers that hold lock().
    enum class IfUnfinished { fail, replace };

    /// An error when the folder belongs to another user or is open to others. `contents` names it in errors.
    [[nodiscard]] static Result<PrivateFolder> open_private(const std::string& path, const std::string& contents);

    [[nodiscard]] Result<void> write(const std::string& name, std::string_view bytes, IfUnfinished) const;
    /// Writes into the file that programs may have open, not whole or not at all. False, and nothing written, unless there is one
    /// of exactly this length.
    [[nodiscard]] bool overwrite(const std::string& name, std::string_view bytes) const;
    /// At most the first `most` bytes. sys == ENOENT when there is no such file.
    [[nodiscard]] Result<std::string> read(const std::string& name, std::size_t most) const;
    /// False when there was no such file.
    bool remove(const std::string& name) const;
    /// Waits until removals are on the disk.
    void sync() const;
    /// All files, unfinished ones too, but none whose name begins with a dot.
    [[nodiscard]] std::vector<std::string> names() const;
    /// The last change of the file's contents; 1970 when there is no such file.
    [[nodiscard]] std::chrono::sys_seconds changed(const std::string& name) const;
    /// Removes temporary files whose writers died: those that nobody has written for `longest_write`.
    void remove_unfinished(std::chrono::sys_seconds now) const;
    /// Excludes every other caller with that name, of any process, while the result lives.
    [[nodiscard]] FolderLock lock(const std::string& name) const;
    /// The same without waiting: false when somebody else has it.
    [[nodiscard]] FolderLock try_lock(const std::string& name) const;

private:
    explicit PrivateFolder(Fd folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Fd reopen() const;
    [[nodiscard]] FolderLock lock(const std::string& name, int operation) const;
    Fd folder_;
};

}  // namespace boardgate
