// SPDX-License-Identifier: MIT
#include "src/base/home_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

namespace boardgate {

namespace {

/// Whether it is a FUSE file system that root did not mount (proc(5), mountinfo). A person's own says what the person wants.
bool is_mounted_by_a_person(std::uint64_t mount) {
    std::ifstream mounts("/proc/self/mountinfo");
    const std::string id = std::to_string(mount) + ' ';
    for (std::string line; std::getline(mounts, line);) {
        if (!line.starts_with(id)) continue;
        const std::string about = line.substr(std::min(line.find(" - "), line.size()));
        return about.starts_with(" - fuse") && about.find("user_id=0,") == std::string::npos;
    }
    return true;
}

}  // namespace

std::optional<HomeMark> HomeMark::of(const std::string& home, uid_t owner) {
    struct statx about {};
    constexpr unsigned wanted = STATX_TYPE | STATX_UID | STATX_INO | STATX_BTIME | STATX_MNT_ID;
    if (statx(AT_FDCWD, home.c_str(), AT_STATX_SYNC_AS_STAT, wanted, &about) != 0) return std::nullopt;
    if (!S_ISDIR(about.stx_mode) || about.stx_uid != owner || (about.stx_mask & STATX_INO) == 0) return std::nullopt;
    // The person can mount it over the home (fusermount(1)), with an inode of choice.
    if ((about.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 && is_mounted_by_a_person(about.stx_mnt_id)) return std::nullopt;
    std::string text = std::to_string(about.stx_ino);
    if ((about.stx_mask & STATX_BTIME) != 0) text += fmt::format(":{}.{:09}", about.stx_btime.tv_sec, about.stx_btime.tv_nsec);
    return HomeMark(std::move(text));
}

Result<HomeMark> HomeMark::parse(std::string_view text) {
    const bool known =
        std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '-'; });
    if (!known || text.empty() || text.size() > longest || text[0] < '0' || text[0] > '9') return failure("not a mark of a home directory");
    return HomeMark(std::string(text));
}

bool HomeMark::is_same_home(const HomeMark& other) const {
    const auto inode = [](const std::string& text) { return std::string_view(text).substr(0, text.find(':')); };
    const bool both_born = text_.find(':') != std::string::npos && other.text_.find(':') != std::string::npos;
    return both_born ? text_ == other.text_ : inode(text_) == inode(other.text_);
}

}  // namespace boardgate
