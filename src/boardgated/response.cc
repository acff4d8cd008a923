// SPDX-License-Identifier: MIT
#include "src/boardgated/response.h"

#include <json/writer.h>

#include <stdexcept>

#include "src/base/log.h"
#include "src/base/names.h"

namespace boardgate::boardgated {

namespace {

struct Row {
    const char* name;
    int status;
    const char* title;
};

constexpr Row rows[] = {
#define PROBLEM(code, status, title) {#code, status, title},
#include "src/boardgated/problems.inc"
#undef PROBLEM
};

const Row& row_of(Code code) { return rows[static_cast<std::size_t>(code)]; }

}  // namespace

const char* name_of(Code code) { return row_of(code).name; }

const char* title_of(Code code) { return row_of(code).title; }

Response& Response::with(const std::string& name, const std::string& value) {
    if (has_control_character(value)) throw std::invalid_argument("a header's value holds a control character");
    headers.emplace_back(name, value);
    return *this;
}

tl::unexpected<Problem> storage_problem(const Error& error) {
    log_event(Event::storage_fault, error.text());
    return problem(Code::storage_full, "boardgate cannot write its database; tell an administrator");
}

std::string to_text(const Json::Value& value) {
    static const Json::StreamWriterBuilder compact = [] {
        Json::StreamWriterBuilder builder;
        builder["indentation"] = "";
        builder["emitUTF8"] = true;
        builder["precision"] = 15;  // as many digits as a double surely has: 0.1, not 0.10000000000000001
        return builder;
    }();
    return Json::writeString(compact, value);
}

Response json_response(int status, const Json::Value& value) {
    Response response{status, {}, to_text(value)};
    response.with("Content-Type", "application/json").with("Cache-Control", "no-store");
    return response;
}

Response problem_response(const Problem& problem) {
    const Row& row = row_of(problem.code);
    Json::Value body(Json::objectValue);
    body["type"] = "about:blank";
    body["title"] = row.title;
    body["status"] = row.status;
    body["code"] = row.name;
    body["detail"] = problem.detail;
    if (!problem.field.empty()) body["field"] = problem.field;
    Response response{row.status, {}, to_text(body)};
    response.with("Content-Type", "application/problem+json").with("Cache-Control", "no-store");
    if (problem.retry_after > 0) response.with("Retry-After", std::to_string(problem.retry_after));
    if (!problem.allow.empty()) response.with("Allow", problem.allow);
    return response;
}

Response empty_response(int status) {
    Response response{status, {}, {}};
    response.with("Cache-Control", "no-store");
    return response;
}

void write_response(Request& request, const Response& response) {
    std::string head = "Status: " + std::to_string(response.status) + "\r\n";
    for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
    head += "\r\n";
    request.write(head);
    if (request.method() != "HEAD") request.write(response.body);
}

}  // namespace boardgate::boardgated
