// SPDX-License-Identifier: MIT
// What a run holds as bytes, and back. A type lists its fields once: `template <class Io> void fields(Io& io)`.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace boardgate::data {

template <class Value>
concept Plain = std::is_arithmetic_v<Value> || std::is_enum_v<Value>;

class StateWriter {
public:
    static constexpr bool reads = false;
    template <Plain Value>
    void value(Value value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(const std::string& text) {
        value(text.size());
        bytes_ += text;
    }
    template <Plain Value>
    void values(const std::vector<Value>& values) {
        value(values.size());
        bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Takes no more than there is: after the first bad field all others are empty.
class StateReader {
public:
    static constexpr bool reads = true;
    explicit StateReader(std::string_view bytes) : rest_(bytes) {}
    template <Plain Value>
    void value(Value& value) {
        const std::string_view bytes = take(sizeof value);
        if (good_) std::memcpy(&value, bytes.data(), sizeof value);
    }
    /// Another byte than 0 and 1 is no bool, and not even copied into one: its value would be undefined.
    void value(bool& value) {
        std::uint8_t byte = 0;
        this->value(byte);
        if (byte > 1) good_ = false;
        value = byte == 1;
    }
    void text(std::string& text) { text = take(size(1)); }
    template <Plain Value>
    void values(std::vector<Value>& values) {
        const std::size_t count = size(sizeof(Value));
        const std::string_view bytes = take(count * sizeof(Value));
        values.resize(count);
        if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    }
    /// Of a list whose elements take at least so many bytes each.
    [[nodiscard]] std::size_t size(std::size_t of_each) {
        std::size_t count = 0;
        value(count);
        if (count > rest_.size() / of_each) good_ = false;
        return good_ ? count : 0;
    }
    void fail() { good_ = false; }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

private:
    std::string_view take(std::size_t size) {
        if (size > rest_.size()) good_ = false;
        if (!good_) return {};
        const std::string_view bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return bytes;
    }
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace boardgate::data
