// SPDX-License-Identifier: MIT
// The fields of one protocol buffer message, one after the other (protobuf.dev, "Encoding"), with the limits of prost,
// which is TensorBoard's data server's reader. Views into the message; allocates nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace boardgate::events {

/// Brings bytes of a long record into memory before they are looked at.
class Loader {
public:
    Loader() = default;
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;
    virtual ~Loader() = default;
    virtual void need(std::string_view bytes) = 0;
};

class Fields {
public:
    enum class Kind : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, group = 3, group_end = 4, fixed32 = 5 };
    /// prost's limit of messages in messages.
    static constexpr int deepest = 100;

    explicit Fields(std::string_view message, Loader* loader = nullptr, int depth_left = deepest)
        : rest_(message), loader_(loader), depth_left_(depth_left) {}

    /// On to the next field; false at the end, and at what is no field. A group, which no event file uses, is one field.
    [[nodiscard]] bool next();
    /// After `next` returned false: the message has ended where a field may end.
    [[nodiscard]] bool complete() const { return !failed_; }
    [[nodiscard]] bool is(std::uint32_t number, Kind kind) const { return number == number_ && kind == kind_; }
    [[nodiscard]] std::uint32_t field() const { return number_; }
    [[nodiscard]] Kind kind() const { return kind_; }
    /// Of a varint, fixed64 or fixed32.
    [[nodiscard]] std::uint64_t number() const { return value_; }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
    [[nodiscard]] bool take_varint(std::uint64_t& value);
    [[nodiscard]] bool take_fixed(std::size_t size);
    [[nodiscard]] bool take_bytes();
    [[nodiscard]] bool take_key();
    [[nodiscard]] bool take_value();
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

/// One varint at the beginning of `bytes`, which is moved behind it. Up to 64 bits.
[[nodiscard]] bool take_varint(std::string_view& bytes, std::uint64_t& value);

void append_varint(std::string& to, std::uint64_t value);
inline void append_key(std::string& to, std::uint32_t field, Fields::Kind kind) {
    append_varint(to, (std::uint64_t{field} << 3) | static_cast<std::uint8_t>(kind));
}
void append_bytes(std::string& to, std::uint32_t field, std::string_view bytes);
/// Little-endian.
void append_fixed(std::string& to, std::uint64_t bits, std::size_t size);
[[nodiscard]] std::uint64_t fixed_at(std::string_view bytes, std::size_t at, std::size_t size);

}  // namespace boardgate::events
