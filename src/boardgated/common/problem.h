// SPDX-License-Identifier: MIT
// An error of the API: a row of problems.inc and a sentence. web/response.h sends it as problem+json (RFC 9457).
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
    std::string field{};  ///< the bad field of the request, if any
    int retry_after = 0;  ///< seconds; 0: as usual for the status
    std::string allow{};  ///< the methods that the address allows
};

template <class T>
using ApiResult = tl::expected<T, Problem>;

[[nodiscard]] inline tl::unexpected<Problem> problem(Code code, std::string detail, std::string field = {}) {
    return tl::make_unexpected(Problem{code, std::move(detail), std::move(field)});
}

/// The problem that the database cannot be written; the reason goes to the journal.
[[nodiscard]] tl::unexpected<Problem> storage_problem(const Error& error);

/// The stable name of a code, as in the body's `code`.
[[nodiscard]] const char* name_of(Code code);
/// The seconds of Retry-After. Each 429 and 503 has some; 0 leaves the header out.
[[nodiscard]] int retry_after_of(const Problem& problem);
/// The HTTP status of a code.
[[nodiscard]] int status_of(Code code);
/// A short title of a code, for people.
[[nodiscard]] const char* title_of(Code code);

}  // namespace boardgate::boardgated
