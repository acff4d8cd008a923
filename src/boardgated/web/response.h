// SPDX-License-Identifier: MIT
// An HTTP response: status, headers, body. Errors are problem+json (RFC 9457) with a stable code.
#pragma once

#include <json/value.h>

#include <string>
#include <utility>
#include <vector>

#include "src/boardgated/common/problem.h"
#include "src/boardgated/web/request.h"

namespace boardgate::boardgated {

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    /// Sets a header. Throws for a value with control characters, which could forge other headers.
    Response& with(const std::string& name, const std::string& value);
};

[[nodiscard]] Response json_response(int status, const Json::Value& value);
[[nodiscard]] Response problem_response(const Problem& problem);
/// A response without a body, for example after a deletion.
[[nodiscard]] Response empty_response(int status);

/// A CGI response (RFC 3875 section 6).
[[nodiscard]] std::string cgi_text(const Response& response, bool with_body);
void write_response(Request& request, const Response& response);

}  // namespace boardgate::boardgated
