// SPDX-License-Identifier: MIT
#include "src/launcher/door_record.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <memory>

namespace boardgate::launcher {

namespace {

/// The first number of the file; a change of DoorSpec needs a new one.
constexpr std::uint16_t format = 2;

Result<DoorRecord> record_in(std::string_view bytes) {
    wire::Reader in(bytes);
    wire::detail::Get get(in);
    DoorRecord record;
    const auto seen = in.number<std::uint16_t>();
    record.uid = in.number<std::uint32_t>();
    get.text(record.owner, wire::longest::user);
    record.door.fields(get);
    if (seen != format || !in.done()) return failure("a door's record is damaged or of another version");
    return record;
}

}  // namespace

Result<DoorRecords> DoorRecords::open(const std::string& path) {
    Fd dir(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    if (!dir || fstat(dir.get(), &info) != 0) return system_error("cannot open the folder of door records", path);
    if (info.st_uid != geteuid() || (info.st_mode & 077U) != 0) {
        return failure("other accounts can access the folder of door records", path, "chown it to root and chmod it to 0700");
    }
    return DoorRecords(std::move(dir));
}

Result<void> DoorRecords::write(DoorRecord& record) const {
    wire::Writer out(format);
    wire::detail::Put put(out);
    out.number(record.uid);
    put.text(record.owner, wire::longest::user);
    record.door.fields(put);
    const std::string temporary = record.door.board + ".new";
    const Fd file(openat(dir_.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    const std::string& bytes = out.bytes();
    const bool written = file && ::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                         fsync(file.get()) == 0 && renameat(dir_.get(), temporary.c_str(), dir_.get(), record.door.board.c_str()) == 0 &&
                         fsync(dir_.get()) == 0;
    if (!written) {
        auto error = system_error("cannot write a door's record", record.door.board);
        unlinkat(dir_.get(), temporary.c_str(), 0);
        return error;
    }
    return {};
}

Result<DoorRecord> DoorRecords::read(const BoardId& board) const {
    const Fd file(openat(dir_.get(), board.str().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return system_error("there is no door of this board", board.str());
    std::string bytes(wire::longest_message, '\0');
    const ssize_t got = ::read(file.get(), bytes.data(), bytes.size());
    if (got < 0) return system_error("cannot read a door's record", board.str());
    auto record = record_in(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)));
    if (record && record->door.board != board.str()) return failure("a door's record names another board", board.str());
    return record;
}

void DoorRecords::remove(const BoardId& board) const {
    unlinkat(dir_.get(), board.str().c_str(), 0);
    fsync(dir_.get());
}

Fd DoorRecords::hold() const {
    // A lock belongs to an open file description, so this opens the folder again.
    Fd lock(openat(dir_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    while (flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    return lock;
}

std::vector<DoorRecord> DoorRecords::all(std::vector<std::string>* damaged) const {
    std::vector<DoorRecord> records;
    const int fd = openat(dir_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(fd < 0 ? nullptr : fdopendir(fd), &closedir);
    while (const dirent* entry = dir ? readdir(dir.get()) : nullptr) {
        const auto board = BoardId::parse(entry->d_name);
        if (!board) continue;
        if (auto record = read(*board)) {
            records.push_back(*std::move(record));
        } else if (damaged != nullptr) {
            damaged->push_back(entry->d_name);
        }
    }
    return records;
}

}  // namespace boardgate::launcher
