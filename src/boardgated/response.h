// SPDX-License-Identifier: MIT
// What goes back: status, headers, body. Errors are problem+json (RFC 9457) with a stable code.
#pragma once

#include <json/value.h>

#include <string>
#include <utility>
#include <vector>

#include "src/boardgated/request.h"

namespace boardgate::boardgated {

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    /// Sets a header; values with control characters are refused by throwing, since they would forge others.
    Response& with(const std::string& name, const std::string& value);
};

/// A row of problems.inc.
enum class Code {
#define PROBLEM(code, status, title) code,
#include "src/boardgated/problems.inc"
#undef PROBLEM
};

/// What goes wrong for the person: becomes the error body.
struct Problem {
    Code code;
    std::string detail;   ///< a sentence: what happened, to what, what to do
    std::string field{};  ///< which field of the request, where one is to blame
    int retry_after = 0;  ///< seconds; 0 leaves the header out
    std::string allow{};  ///< the methods that the address takes instead
};

template <class T>
using Answer = tl::expected<T, Problem>;

[[nodiscard]] inline tl::unexpected<Problem> problem(Code code, std::string detail, std::string field = {}) {
    return tl::make_unexpected(Problem{code, std::move(detail), std::move(field)});
}

/// For the person, that the database cannot be written; for the journal, why.
[[nodiscard]] tl::unexpected<Problem> storage_problem(const Error& error);

[[nodiscard]] std::string to_text(const Json::Value& value);
[[nodiscard]] Response json_response(int status, const Json::Value& value);
[[nodiscard]] Response problem_response(const Problem& problem);
/// An answer without a body, such as the one to a deletion.
[[nodiscard]] Response empty_response(int status);

/// The stable name of a code, as in the body's `code`.
[[nodiscard]] const char* name_of(Code code);
/// What it says to people in a few words.
[[nodiscard]] const char* title_of(Code code);

void write_response(Request& request, const Response& response);

}  // namespace boardgate::boardgated
