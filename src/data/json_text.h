// SPDX-License-Identifier: MIT
// JSON, read strictly and written as Python's json.dumps writes it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace boardgate::data {

/// Takes what is expected, one part after the other: texts, whole numbers and what stands between them.
class JsonReader {
public:
    explicit JsonReader(std::string_view json) : rest_(json) {}

    [[nodiscard]] bool take(char expected);
    [[nodiscard]] bool ended();
    template <class Number>
    [[nodiscard]] bool take_number(Number& number) {
        pass_space();
        const auto [end, status] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (status != std::errc()) return false;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return true;
    }
    /// In quotes; UTF-8.
    [[nodiscard]] bool take_text(std::string& text);

private:
    void pass_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    [[nodiscard]] bool take_escape(std::string& text);
    [[nodiscard]] bool take_unit(std::uint32_t& unit);
    [[nodiscard]] bool take_point(std::string& text);

    std::string_view rest_;
};

/// In quotes and ASCII; `text` is UTF-8.
void append_json_text(std::string& to, std::string_view text);
/// As repr(float) writes it; numbers that JSON lacks as texts, as TensorBoard sends them.
void append_json_number(std::string& to, double number);

}  // namespace boardgate::data
