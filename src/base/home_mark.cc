// SPDX-License-Identifier: MIT
#include "src/base/home_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>

namespace boardgate {

namespace {
bool is_fuse(const std::string& path) {
    struct statfs about {};
    return statfs(path.c_str(), &about) != 0 || about.f_type == FUSE_SUPER_MAGIC;
}
}  // namespace

std::optional<HomeMark> HomeMark::of(const std::string& home, uid_t owner) {
    struct statx about {};
    constexpr unsigned wanted = STATX_TYPE | STATX_UID | STATX_INO | STATX_BTIME;
    if (statx(AT_FDCWD, home.c_str(), AT_STATX_SYNC_AS_STAT, wanted, &about) != 0) return std::nullopt;
    if (!S_ISDIR(about.stx_mode) || about.stx_uid != owner || (about.stx_mask & STATX_INO) == 0) return std::nullopt;
    // The person can mount it over the home (fusermount(1)), with an inode of choice.
    if ((about.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 && is_fuse(home)) return std::nullopt;
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
