// SPDX-License-Identifier: MIT
// A file of records (TFRecord): 64-bit length, its masked CRC, the data, its masked CRC; little-endian. Read with pread(2)
// in the order of the file. Memory does not grow with what a length says: a long record is brought in page by page,
// where somebody looks at it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/events/protobuf.h"

namespace boardgate::events {

/// Bytes of a file at an offset, as far as they are there.
[[nodiscard]] std::size_t read_at(int fd, std::uint64_t offset, char* to, std::size_t size);

/// A record that is too long for the window: reserved in the address space, loaded by need.
class LongRecord : public Loader {
public:
    LongRecord() = default;
    LongRecord(const LongRecord&) = delete;
    LongRecord& operator=(const LongRecord&) = delete;
    ~LongRecord() override { release(); }

    /// Called before each reading, which may take long.
    void before_reading(std::function<void()> call) { before_reading_ = std::move(call); }
    /// None when there is no room for it.
    [[nodiscard]] std::optional<std::string_view> map(int fd, std::uint64_t offset, std::uint64_t size);
    void need(std::string_view bytes) override;
    void release();
    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
    /// False when bytes that were needed are not in the file any more.
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
    /// The window grows to `largest` while a file is read from end to end, and begins small behind a long record.
    static constexpr std::size_t smallest = 4096, largest = std::size_t{256} << 10;
    /// Records beyond this are not read through.
    static constexpr std::size_t most_in_window = std::size_t{16} << 10;
    static constexpr std::size_t length_size = 8, crc_size = 4, header_size = length_size + crc_size;

    enum class Found {
        record,
        cut,      ///< not all there, the writer may be at it
        damaged,  ///< its length has a wrong checksum
    };

    /// Called before each reading, which may take long.
    void before_reading(const std::function<void()>& call);
    /// On with this file at this offset; the descriptor stays the caller's.
    void open(int fd, std::uint64_t offset);
    /// On to the next record.
    [[nodiscard]] Found next();
    /// Moves behind the record that was found.
    void pass() { offset_ = end_offset(); }
    /// Moves to the first record that begins in this part of the file; false when there is none. A length and its CRC are
    /// found by accident once in 2^32 bytes.
    [[nodiscard]] bool seek_record(std::uint64_t from, std::uint64_t end);

    /// Its data, until `next`. Through the loader when there is one.
    [[nodiscard]] std::string_view data() const { return data_; }
    [[nodiscard]] Loader* loader() { return is_long_ ? &long_ : nullptr; }
    /// Where the record begins; at the end, where the next one will; at damage, where that is.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    [[nodiscard]] std::uint64_t data_offset() const { return offset_ + header_size; }
    [[nodiscard]] std::uint64_t end_offset() const { return data_offset() + data_.size() + crc_size; }
    /// Is the checksum of the data right? Reads all of it.
    [[nodiscard]] bool is_checked();
    /// What was read of files so far.
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
