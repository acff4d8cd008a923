// SPDX-License-Identifier: MIT
// What goes wrong for a person who uses the API: a row of problems.inc and a sentence. web/response.h turns it into
// problem+json (RFC 9457).
#pragma once

#include <string>
#include <utility>

#include "src/base/error.h"

namespace boardgate::boardgated {

/// A row of problems.inc.
enum class Code {
#define PROBLEM(code, status, title) code,
#include "src/boardgated/common/problems.inc"
#undef PROBLEM
};

struct Problem {
    Code code;
    std::string detail;   ///< a sentence: what happened, to what, what to do
    std::string field{};  ///< the field of the request that is to blame, where there is one
    int retry_after = 0;  ///< seconds; 0 leaves the header out
    std::string allow{};  ///< the methods that the address takes instead
};

template <class T>
using ApiResult = tl::expected<T, Problem>;

[[nodiscard]] inline tl::unexpected<Problem> problem(Code code, std::string detail, std::string field = {}) {
    return tl::make_unexpected(Problem{code, std::move(detail), std::move(field)});
}

/// Tells the person that the database cannot be written, and the journal why.
[[nodiscard]] tl::unexpected<Problem> storage_problem(const Error& error);

/// The stable name of a code, as in the body's `code`.
[[nodiscard]] const char* name_of(Code code);
/// The HTTP status of a code.
[[nodiscard]] int status_of(Code code);
/// A code in a few words for people.
[[nodiscard]] const char* title_of(Code code);

}  // namespace boardgate::boardgated
