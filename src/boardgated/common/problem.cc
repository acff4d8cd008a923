// SPDX-License-Identifier: MIT
#include "src/boardgated/common/problem.h"

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

struct Row {
    const char* name;
    int status;
    const char* title;
};

constexpr Row rows[] = {
#define PROBLEM(code, status, title) {#code, status, title},
#include "src/boardgated/common/problems.inc"
#undef PROBLEM
};

const Row& row_of(Code code) { return rows[static_cast<std::size_t>(code)]; }

}  // namespace

const char* name_of(Code code) { return row_of(code).name; }

int status_of(Code code) { return row_of(code).status; }

int retry_after_of(const Problem& problem) {
    constexpr int usual = 5;
    const int status = status_of(problem.code);
    return problem.retry_after == 0 && (status == 429 || status == 503) ? usual : problem.retry_after;
}

const char* title_of(Code code) { return row_of(code).title; }

tl::unexpected<Problem> storage_problem(const Error& error) {
    log_event(Event::storage_fault, error.text());
    return problem(Code::storage_full, "boardgate cannot write its database; tell an administrator");
}

}  // namespace boardgate::boardgated
