// SPDX-License-Identifier: MIT
// A request of HTTP/1, as far as requests for charts go, and its answer as TensorBoard's web server writes it. What is not
// understood here is no error: TensorBoard answers it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boardgate::data {

/// Names and values, as they come.
using FormFields = std::vector<std::pair<std::string, std::string>>;

struct Http1Request {
    std::string method;
    std::string path;  ///< as sent
    std::string query;
    std::map<std::string, std::string, std::less<>> headers;  ///< by name in small letters
    std::string body;

    static constexpr std::size_t longest_head = 65536;
    /// TensorBoard's web server takes no larger forms, and no more parts of one.
    static constexpr std::size_t longest_body = 500'000, most_parts = 1000;

    enum class State { more, whole, not_ours };
    /// Takes what came so far.
    [[nodiscard]] State parse(std::string_view bytes);
    /// Of the body of a POST, or of the query; none: not in a form that is understood here.
    [[nodiscard]] std::optional<FormFields> fields() const;
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] bool allows_gzip() const;
};

/// 413: the answer would be too large.
[[nodiscard]] std::string refusal();
/// 200 with this JSON.
[[nodiscard]] std::string json_answer(const Http1Request& request, const std::string& json);

}  // namespace boardgate::data
