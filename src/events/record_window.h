// SPDX-License-Identifier: MIT
// Reads a file of records (TFRecord): 64-bit length, its masked CRC, the data, its masked CRC; little-endian. Reads with
// pread(2) in the order of the file. A wrong length costs no memory: of a long record only the pages that the caller needs
// are loaded.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/events/protobuf.h"

namespace boardgate::events {

/// Reads up to `size` bytes at an offset; returns how many the file has there.
[[nodiscard]] std::size_t read_at(int fd, std::uint64_t offset, char* to, std::size_t size);

/// A record that is too long for the window: reserved in the address space, and loaded by page.
class LongRecord : public Loader {
public:
    LongRecord() = default;
    LongRecord(const LongRecord&) = delete;
    LongRecord& operator=(const LongRecord&) = delete;
    ~LongRecord() override { release(); }

    /// Called before each reading, which may take long.
    void before_reading(std::function<void()> call) { before_reading_ = std::move(call); }
    /// No value if the address space has no room for the record.
    [[nodiscard]] std::optional<std::string_view> map(int fd, std::uint64_t offset, std::uint64_t size);
    void need(std::string_view bytes) override;
    void release();
    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
    /// False if the file no longer has bytes that were needed.
    [[nodiscard]] bool is_whole() const { return whole_; }

private:
    static constexpr std::size_t page = 4096;
    void load(std::size_t first, std::size_t end);

    int fd_ = -1;
    std::uint64_t offset_ = 0;
    std::size_t size_ = 0;
    char* base_ = nullptr;
    std::vector<bool> loaded_;  ///< for each page
    bool whole_ = true;
    std::uint64_t bytes_read_ = 0;
    std::function<void()> before_reading_;
};

class RecordWindow {
public:
    /// The window grows to `largest` while records follow each other, and starts small again after a long record.
    static constexpr std::size_t smallest = 4096, largest = std::size_t{256} << 10;
    /// Longer records are loaded by page, where they are needed.
    static constexpr std::size_t most_in_window = std::size_t{16} << 10;
    static constexpr std::size_t length_size = 8, crc_size = 4, header_size = length_size + crc_size;

    enum class Found {
        record,
        cut,      ///< incomplete: the writer may be writing it
        damaged,  ///< the checksum of its length is wrong
    };

    /// Called before each reading, which may take long.
    void before_reading(const std::function<void()>& call);
    /// Starts with this file at this offset; the descriptor stays the caller's.
    void open(int fd, std::uint64_t offset);
    /// Finds the next record.
    [[nodiscard]] Found next();
    /// Moves to the end of the record that was found.
    void pass() { offset_ = end_offset(); }
    /// Moves to the first record that begins in this part of the file; false if none does. Other bytes look like a length and
    /// its CRC once in 2^32 bytes.
    [[nodiscard]] bool seek_record(std::uint64_t from, std::uint64_t end);

    /// The record's data, valid until next(). If there is a loader, load bytes before reading them.
    [[nodiscard]] std::string_view data() const { return data_; }
    [[nodiscard]] Loader* loader() { return is_long_ ? &long_ : nullptr; }
    /// The position of the record, of the damage, or at the end, of the next record.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    [[nodiscard]] std::uint64_t data_offset() const { return offset_ + header_size; }
    [[nodiscard]] std::uint64_t end_offset() const { return data_offset() + data_.size() + crc_size; }
    /// Is the checksum of the data right? Reads all of it.
    [[nodiscard]] bool is_checked();
    /// How many bytes were read from files so far.
    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_ + long_.bytes_read(); }

private:
    [[nodiscard]] std::string_view view(std::uint64_t offset, std::size_t least);
    [[nodiscard]] Found take_long(std::uint64_t length);
    [[nodiscard]] bool is_in_file(std::uint64_t length) const;

    int fd_ = -1;
    std::uint64_t offset_ = 0;
    std::string_view data_;
    std::uint32_t crc_ = 0;
    bool is_long_ = false;
    LongRecord long_;
    std::vector<char> window_;
    std::uint64_t window_offset_ = 0;
    std::size_t filled_ = 0;
    std::size_t next_fill_ = smallest;
    std::function<void()> before_reading_;
    std::uint64_t bytes_read_ = 0;
};

}  // namespace boardgate::events
