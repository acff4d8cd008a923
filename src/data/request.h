// SPDX-License-Identifier: MIT
// Requests of TensorBoard's data_provider.proto, and answers with gRPC's status codes.
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
    std::string reason{};                 ///< for people; empty if the status is ok
    std::vector<std::string> messages{};  ///< one message, or those of a stream
};
[[nodiscard]] Answer refused(Status status, std::string reason);

/// The requested names; no value means all.
using Names = std::optional<std::set<std::string, std::less<>>>;

/// A request about series; all such requests have these fields with the same numbers.
struct Request {
    std::string experiment;
    std::string plugin;
    Names runs, tags;
    std::optional<std::int64_t> most_points;
};
/// No value if the message is malformed.
[[nodiscard]] std::optional<Request> read_request(std::string_view message);
/// The first field of a message, if that is a text.
[[nodiscard]] std::optional<std::string> read_text(std::string_view message);

}  // namespace boardgate::data
