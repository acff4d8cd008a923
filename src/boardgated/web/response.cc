// SPDX-License-Identifier: MIT
#include "src/boardgated/web/response.h"

#include <fmt/format.h>

#include <stdexcept>

#include "src/base/names.h"
#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

Response& Response::with(const std::string& name, const std::string& value) {
    if (has_control_character(value)) throw std::invalid_argument("a header's value holds a control character");
    headers.emplace_back(name, value);
    return *this;
}

Response json_response(int status, const Json::Value& value) {
    Response response{status, {}, to_text(value)};
    response.with("Content-Type", "application/json").with("Cache-Control", "no-store");
    return response;
}

Response problem_response(const Problem& problem) {
    Json::Value body(Json::objectValue);
    body["type"] = "about:blank";
    body["title"] = title_of(problem.code);
    body["status"] = status_of(problem.code);
    body["code"] = name_of(problem.code);
    body["detail"] = problem.detail;
    if (!problem.field.empty()) body["field"] = problem.field;
    Response response{status_of(problem.code), {}, to_text(body)};
    response.with("Content-Type", "application/problem+json").with("Cache-Control", "no-store");
    if (const int seconds = retry_after_of(problem); seconds > 0) response.with("Retry-After", std::to_string(seconds));
    if (!problem.allow.empty()) response.with("Allow", problem.allow);
    return response;
}

Response empty_response(int status) {
    Response response{status, {}, {}};
    response.with("Cache-Control", "no-store");
    return response;
}

std::string cgi_text(const Response& response, bool with_body) {
    std::string text = fmt::format("Status: {}\r\n", response.status);
    for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
    text += "\r\n";
    if (with_body) text += response.body;
    return text;
}

void write_response(Request& request, const Response& response) { request.write(cgi_text(response, request.method() != "HEAD")); }

}  // namespace boardgate::boardgated
