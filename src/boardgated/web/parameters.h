// SPDX-License-Identifier: MIT
// The FastCGI parameters of a request as typed views: only those that nginx/fastcgi.conf sets itself. A person's
// identity never comes from them.
#pragma once

#include <string>
#include <string_view>

namespace boardgate::boardgated {

class Parameters {
public:
    virtual ~Parameters() = default;

    /// A parameter that nginx set, or an empty text. Views are valid as long as the request.
    [[nodiscard]] virtual std::string_view parameter(const char* name) const = 0;

    [[nodiscard]] std::string_view method() const { return parameter("REQUEST_METHOD"); }
    /// Decoded and normalised by nginx, without the query: `/api/v1/boards`.
    [[nodiscard]] std::string_view path() const { return parameter("DOCUMENT_URI"); }
    /// As the client sent it, with the query.
    [[nodiscard]] std::string_view raw_uri() const { return parameter("REQUEST_URI"); }
    /// Whether the client sent the path in this form. What a board's page may connect to begins with `/b/`, and a browser takes
    /// `/b/..%2fapi/v1/boards` for such an address.
    [[nodiscard]] bool is_path_as_sent() const { return raw_uri().substr(0, raw_uri().find('?')) == path(); }
    [[nodiscard]] std::string_view query() const { return parameter("QUERY_STRING"); }
    [[nodiscard]] std::string_view host() const { return parameter("HTTP_HOST"); }
    [[nodiscard]] std::string_view address() const { return parameter("REMOTE_ADDR"); }
    /// True if the request came from this server. A connection to an own address has this address at both ends.
    [[nodiscard]] bool is_from_this_server() const {
        const std::string_view from = address();
        return from == "127.0.0.1" || from == "::1" || (!from.empty() && from == parameter("SERVER_ADDR"));
    }
    /// True if a person loads a page, according to the browser (Fetch Metadata). A frame does not count: another page may open
    /// it without the person's wish.
    [[nodiscard]] bool is_navigation() const {
        return parameter("HTTP_SEC_FETCH_MODE") == "navigate" && parameter("HTTP_SEC_FETCH_DEST") == "document";
    }
    /// The value of `name=` in the query, percent-decoded; empty when missing or badly encoded.
    [[nodiscard]] std::string query_value(std::string_view name) const;
};

}  // namespace boardgate::boardgated
