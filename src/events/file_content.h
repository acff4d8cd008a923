// SPDX-License-Identifier: MIT
// What a file with `tfevents` in its name is, by its first bytes, and whether its name is that of a copy's leftover.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace boardgate::events {

enum class Content : std::uint8_t {
    events,  ///< or the beginning of a first record
    empty,
    lfs_pointer,  ///< of Git LFS, whose content was not fetched
    compressed,
    zeros,  ///< a network file system may show them before the data
    other,
};

[[nodiscard]] Content content_of(int fd);
/// A row of src/base/notices.inc for such a file; null where it is what it should be.
[[nodiscard]] const char* notice_of(Content content);

/// `.NAME.AbCdEf` of rsync(1), `NAME.partial`, `NAME~`: a copy that was cut short, or an editor's. Only beside the real file.
[[nodiscard]] bool is_copy_leftover(std::string_view name, const std::set<std::string, std::less<>>& names_beside);

}  // namespace boardgate::events
