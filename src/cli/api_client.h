// SPDX-License-Identifier: MIT
// The API over https (libcurl). Certificates are always checked. The token is in a header in memory, never on a
// command line.
#pragma once

#include <json/value.h>

#include <chrono>
#include <functional>
#include <string>

#include "src/base/error.h"

namespace boardgate::cli {

/// A response of the API.
struct ApiResponse {
    long status = 0;
    Json::Value body;
    std::string cookie;  ///< of Set-Cookie: a new session's token

    [[nodiscard]] bool good() const { return status >= 200 && status < 300; }
    /// The problem's detail, or a text with the status.
    [[nodiscard]] std::string problem() const;
};

class ApiClient {
public:
    /// `server` is `https://host[:port]`; `authority` is a file with certificate authorities, empty for the system's.
    ApiClient(std::string server, std::string authority, std::string token)
        : server_(std::move(server)), authority_(std::move(authority)), token_(std::move(token)) {}

    /// An error when the server cannot be reached or its certificate is not trusted.
    [[nodiscard]] Result<ApiResponse> ask(const std::string& method, const std::string& path, const Json::Value* body = nullptr) const;
    /// A file; its body becomes text as it is, and a problem's an error.
    [[nodiscard]] Result<std::string> download(const std::string& path) const;
    /// Calls `line` with each event's data until it returns false or the server ends the stream.
    [[nodiscard]] Result<void> follow(const std::string& path,
                                      const std::function<bool(const std::string& event, const Json::Value& data)>& line) const;

    /// The timeout of a request; the default suits a slow PAM module.
    void wait_at_most(std::chrono::seconds longest) { longest_ = longest; }
    [[nodiscard]] const std::string& server() const { return server_; }
    void set_token(std::string token) { token_ = std::move(token); }
    [[nodiscard]] const std::string& token() const { return token_; }

private:
    struct Exchange;
    std::string server_;
    std::string authority_;
    std::string token_;
    std::chrono::seconds longest_{90};
};

/// Percent-encoded for a query (RFC 3986).
[[nodiscard]] std::string in_query(const std::string& text);
/// Text as JSON, or null.
[[nodiscard]] Json::Value json_of(const std::string& text);
[[nodiscard]] std::string text_of(const Json::Value& value);

}  // namespace boardgate::cli
