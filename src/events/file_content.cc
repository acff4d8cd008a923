// SPDX-License-Identifier: MIT
#include "src/events/file_content.h"

#include <algorithm>
#include <array>

#include "src/events/crc32c.h"
#include "src/events/protobuf.h"
#include "src/events/record_window.h"

namespace boardgate::events {

namespace {

constexpr std::string_view lfs_mark = "version https://git-lfs.github.com/";
/// gzip, bzip2, xz, zstd, zip.
constexpr std::string_view compressed_marks[] = {"\x1f\x8b", "BZh",
                                                 "\xfd"
                                                 "7zXZ",
                                                 "\x28\xb5\x2f\xfd", "PK\x03\x04"};
constexpr std::string_view leftover_endings[] = {"~",    ".partial", ".part", ".filepart", ".tmp", ".temp",
                                                 ".bak", ".orig",    ".old",  ".save",     ".swp", ".crdownload"};
constexpr std::size_t rsync_letters = 6;

}  // namespace

Content content_of(int fd) {
    std::array<char, 64> bytes{};
    const std::string_view head(bytes.data(), read_at(fd, 0, bytes.data(), bytes.size()));
    if (head.empty()) return Content::empty;
    if (head.starts_with(lfs_mark)) return Content::lfs_pointer;
    if (std::any_of(std::begin(compressed_marks), std::end(compressed_marks),
                    [&](std::string_view mark) { return head.starts_with(mark); }))
        return Content::compressed;
    if (head.size() < RecordWindow::header_size) return Content::events;
    const auto told = static_cast<std::uint32_t>(fixed_at(head, RecordWindow::length_size, RecordWindow::crc_size));
    if (told == masked(crc32c(head.substr(0, RecordWindow::length_size)))) return Content::events;
    return head.find_first_not_of('\0') == std::string_view::npos ? Content::zeros : Content::other;
}

const char* notice_of(Content content) {
    switch (content) {
        case Content::lfs_pointer:
            return "git_lfs_pointers";
        case Content::compressed:
            return "compressed_event_files";
        case Content::zeros:
            return "zeros_in_event_files";
        case Content::other:
            return "not_event_files";
        case Content::empty:
            return "empty_event_files";
        case Content::events:
            break;
    }
    return nullptr;
}

bool is_copy_leftover(std::string_view name, const std::set<std::string, std::less<>>& names_beside) {
    for (const std::string_view ending : leftover_endings) {
        if (name.ends_with(ending) && names_beside.contains(name.substr(0, name.size() - ending.size()))) return true;
    }
    // .NAME.AbCdEf
    if (!name.starts_with('.') || name.size() < rsync_letters + 2) return false;
    const std::size_t dot = name.size() - rsync_letters - 1;
    return name[dot] == '.' && names_beside.contains(name.substr(1, dot - 1));
}

}  // namespace boardgate::events
