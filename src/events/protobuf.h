// SPDX-License-Identifier: MIT
// Reads the fields of a protocol buffer message in order (protobuf.dev, "Encoding"), with the limits of prost, the library
// of TensorBoard's data server. Returns views into the message and allocates nothing.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace boardgate::events {

/// Loads bytes of a long record into memory before they are read.
class Loader {
public:
    Loader() = default;
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;
    virtual ~Loader() = default;
    virtual void need(std::string_view bytes) = 0;
};

inline constexpr std::size_t longest_varint = 10;
/// Takes a varint of up to 64 bits from the beginning of `bytes`.
[[nodiscard]] bool take_long_varint(std::string_view& bytes, std::uint64_t& value);
[[nodiscard]] inline bool take_varint(std::string_view& bytes, std::uint64_t& value) {
    if (bytes.empty() || static_cast<unsigned char>(bytes.front()) >= 0x80) return take_long_varint(bytes, value);
    value = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    return true;
}

static_assert(std::endian::native == std::endian::little, "numbers are copied out of messages as they are");
/// `size` is 4 or 8.
[[nodiscard]] inline std::uint64_t fixed_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    if (size == sizeof number) {
        std::memcpy(&number, bytes.data() + at, sizeof number);
        return number;
    }
    std::uint32_t half = 0;
    std::memcpy(&half, bytes.data() + at, sizeof half);
    return half;
}

class Fields {
public:
    enum class Kind : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, group = 3, group_end = 4, fixed32 = 5 };
    /// prost's limit of nested messages.
    static constexpr int deepest = 100;

    explicit Fields(std::string_view message, Loader* loader = nullptr, int depth_left = deepest)
        : rest_(message), loader_(loader), depth_left_(depth_left) {}

    /// Moves to the next field; false at the end, and at a malformed field. A group, which no event file uses, is one field.
    [[nodiscard]] bool next() {
        if (rest_.empty() || failed_) return false;
        failed_ = !take_key() || !take_value();
        return !failed_;
    }
    /// After next() returned false: was the whole message well-formed?
    [[nodiscard]] bool complete() const { return !failed_; }
    [[nodiscard]] bool is(std::uint32_t number, Kind kind) const { return number == number_ && kind == kind_; }
    [[nodiscard]] std::uint32_t field() const { return number_; }
    [[nodiscard]] Kind kind() const { return kind_; }
    /// The value of a varint, fixed64 or fixed32.
    [[nodiscard]] std::uint64_t number() const { return value_; }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
    void need(std::size_t size) {
        if (loader_ != nullptr) loader_->need(rest_.substr(0, size));
    }
    [[nodiscard]] bool take_varint(std::uint64_t& value) {
        need(longest_varint);
        return events::take_varint(rest_, value);
    }
    [[nodiscard]] bool take_fixed(std::size_t size) {
        if (rest_.size() < size) return false;
        need(size);
        value_ = fixed_at(rest_, 0, size);
        rest_.remove_prefix(size);
        return true;
    }
    [[nodiscard]] bool take_bytes() {
        std::uint64_t size = 0;
        if (!take_varint(size) || size > rest_.size()) return false;
        bytes_ = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
    }
    [[nodiscard]] bool take_key() {
        std::uint64_t key = 0;
        if (!take_varint(key) || key >> 32 != 0) return false;
        number_ = static_cast<std::uint32_t>(key >> 3);
        kind_ = static_cast<Kind>(key & 7U);
        return number_ > 0;
    }
    [[nodiscard]] bool take_value() {
        switch (kind_) {
            case Kind::varint:
                return take_varint(value_);
            case Kind::fixed64:
                return take_fixed(8);
            case Kind::bytes:
                return take_bytes();
            case Kind::fixed32:
                return take_fixed(4);
            case Kind::group:
                return pass_group(number_, depth_left_);
            case Kind::group_end:
                break;
        }
        return false;
    }
    [[nodiscard]] bool pass_group(std::uint32_t number, int depth_left);

    std::string_view rest_;
    Loader* loader_;
    int depth_left_;
    bool failed_ = false;
    std::uint32_t number_ = 0;
    Kind kind_ = Kind::varint;
    std::uint64_t value_ = 0;
    std::string_view bytes_;
};

void append_varint(std::string& to, std::uint64_t value);
inline void append_key(std::string& to, std::uint32_t field, Fields::Kind kind) {
    append_varint(to, (std::uint64_t{field} << 3) | static_cast<std::uint8_t>(kind));
}
void append_bytes(std::string& to, std::uint32_t field, std::string_view bytes);
/// Reads a little-endian number.
void append_fixed(std::string& to, std::uint64_t bits, std::size_t size);

}  // namespace boardgate::events
