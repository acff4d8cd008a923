// SPDX-License-Identifier: MIT
// The questions of TensorBoard's data_provider.proto, and what an answer is (gRPC's status codes).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace boardgate::data {

enum class Status : std::uint8_t { ok = 0, invalid_argument = 3, not_found = 5, unimplemented = 12, internal = 13 };

struct Answer {
    Status status = Status::ok;
    std::string reason{};                 ///< for people, of any status but ok
    std::vector<std::string> messages{};  ///< one, or several of a stream
};
[[nodiscard]] Answer refused(Status status, std::string reason);

/// Names that are asked for; none: all.
using Names = std::optional<std::set<std::string, std::less<>>>;

/// Of all questions about series: they number these fields alike.
struct Request {
    std::string experiment;
    std::string plugin;
    Names runs, tags;
    std::optional<std::int64_t> most_points;
};
/// None where it is no such message.
[[nodiscard]] std::optional<Request> read_request(std::string_view message);
/// The only text of a message, its first field.
[[nodiscard]] std::optional<std::string> read_text(std::string_view message);

}  // namespace boardgate::data
