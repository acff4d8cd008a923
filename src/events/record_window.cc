// SPDX-License-Identifier: MIT
#include "src/events/record_window.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "src/events/crc32c.h"

namespace boardgate::events {

std::size_t read_at(int fd, std::uint64_t offset, char* to, std::size_t size) {
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = pread(fd, to + filled, size - filled, static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

std::optional<std::string_view> LongRecord::map(int fd, std::uint64_t offset, std::uint64_t size) {
    release();
    void* const room = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) return std::nullopt;
    fd_ = fd;
    offset_ = offset;
    size_ = size;
    base_ = static_cast<char*>(room);
    loaded_.assign((size + page - 1) / page, false);
    whole_ = true;
    return std::string_view(base_, size_);
}

void LongRecord::need(std::string_view bytes) {
    // The bytes of a joined message are elsewhere in memory.
    if (bytes.empty() || bytes.data() < base_ || bytes.data() >= base_ + size_) return;
    const auto from = static_cast<std::size_t>(bytes.data() - base_);
    const std::size_t end = (std::min(from + bytes.size(), size_) + page - 1) / page;
    for (std::size_t i = from / page; i < end; ++i) {
        if (loaded_[i]) continue;
        const std::size_t first = i;
        while (i < end && !loaded_[i]) loaded_[i++] = true;
        load(first, i);
    }
}

/// Bytes that cannot be read stay zero, as if the file had been cut. Then the record is refused, or its value is not shown.
void LongRecord::load(std::size_t first, std::size_t end) {
    if (before_reading_) before_reading_();
    const std::size_t from = first * page;
    const std::size_t size = std::min(end * page, size_) - from;
    const std::size_t got = read_at(fd_, offset_ + from, base_ + from, size);
    whole_ = whole_ && got == size;
    bytes_read_ += got;
}

void LongRecord::release() {
    if (base_ != nullptr) munmap(base_, size_);
    base_ = nullptr;
    size_ = 0;
}

void RecordWindow::before_reading(const std::function<void()>& call) {
    before_reading_ = call;
    long_.before_reading(call);
}

void RecordWindow::open(int fd, std::uint64_t offset) {
    fd_ = fd;
    offset_ = offset;
    filled_ = 0;
    window_offset_ = offset;
    next_fill_ = smallest;
    is_long_ = false;
    long_.release();
}

std::string_view RecordWindow::view(std::uint64_t offset, std::size_t least) {
    const bool inside = filled_ > 0 && offset >= window_offset_ && offset - window_offset_ <= filled_;
    if (!inside || filled_ - (offset - window_offset_) < least) {
        next_fill_ = std::max(inside ? std::min(4 * next_fill_, largest) : smallest, least);
        if (window_.size() < next_fill_) window_.resize(next_fill_);
        if (before_reading_) before_reading_();
        window_offset_ = offset;
        filled_ = read_at(fd_, offset, window_.data(), next_fill_);
        bytes_read_ += filled_;
    }
    const std::size_t at = offset - window_offset_;
    return std::string_view(window_.data() + at, filled_ - at);
}

bool RecordWindow::seek_record(std::uint64_t from, std::uint64_t end) {
    for (offset_ = from; offset_ < end; ++offset_) {
        const std::string_view bytes = view(offset_, header_size);
        if (bytes.size() < header_size) return false;
        if (masked(crc32c(bytes.substr(0, length_size))) == fixed_at(bytes, length_size, crc_size)) return true;
    }
    return false;
}

bool RecordWindow::is_in_file(std::uint64_t length) const {
    if (before_reading_) before_reading_();
    struct stat info {};
    if (fstat(fd_, &info) != 0) return false;
    const auto end = static_cast<std::uint64_t>(info.st_size);
    return end >= data_offset() && length <= end - data_offset() && end - data_offset() - length >= crc_size;
}

RecordWindow::Found RecordWindow::take_long(std::uint64_t length) {
    if (!is_in_file(length)) return Found::cut;
    const auto mapped = long_.map(fd_, data_offset(), length + crc_size);
    if (!mapped) return Found::cut;
    is_long_ = true;
    data_ = mapped->substr(0, length);
    return Found::record;
}

RecordWindow::Found RecordWindow::next() {
    is_long_ = false;
    data_ = {};
    std::string_view bytes = view(offset_, header_size);
    if (bytes.size() < header_size) return Found::cut;
    if (masked(crc32c(bytes.substr(0, length_size))) != fixed_at(bytes, length_size, crc_size)) return Found::damaged;
    const std::uint64_t length = fixed_at(bytes, 0, length_size);
    if (length > most_in_window) return take_long(length);
    bytes = view(offset_, header_size + length + crc_size);
    if (bytes.size() < header_size + length + crc_size) return Found::cut;
    data_ = bytes.substr(header_size, length);
    crc_ = static_cast<std::uint32_t>(fixed_at(bytes, header_size + length, crc_size));
    return Found::record;
}

bool RecordWindow::is_checked() {
    if (is_long_) {
        const std::string_view whole(data_.data(), data_.size() + crc_size);
        long_.need(whole);
        crc_ = static_cast<std::uint32_t>(fixed_at(whole, data_.size(), crc_size));
    }
    return masked(crc32c(data_)) == crc_;
}

}  // namespace boardgate::events
