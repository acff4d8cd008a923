// SPDX-License-Identifier: MIT
// One FastCGI request as typed, bounded views. Nothing else reads FCGX_* parameters, and identity never comes
// from them: only what nginx/fastcgi.conf sets itself is looked at.
#pragma once

#include <fcgiapp.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate::boardgated {

inline constexpr std::size_t longest_cookie_header = 8 * 1024;

/// Owns the request until it was answered; ends it when it goes. May be handed to another thread.
class Request {
public:
    /// Waits for the next request on a listening socket; nullptr when the wait was interrupted by a signal or
    /// the connection was broken.
    [[nodiscard]] static std::unique_ptr<Request> accept(int listening);
    ~Request();
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    /// A parameter as nginx set it, or an empty text.
    [[nodiscard]] std::string_view parameter(const char* name) const;
    [[nodiscard]] std::string_view method() const { return parameter("REQUEST_METHOD"); }
    /// Decoded and normalised by nginx, without the query: `/api/v1/boards`.
    [[nodiscard]] std::string_view path() const { return parameter("DOCUMENT_URI"); }
    /// As the client sent it, with the query.
    [[nodiscard]] std::string_view raw_uri() const { return parameter("REQUEST_URI"); }
    [[nodiscard]] std::string_view query() const { return parameter("QUERY_STRING"); }
    [[nodiscard]] std::string_view host() const { return parameter("HTTP_HOST"); }
    [[nodiscard]] std::string_view address() const { return parameter("REMOTE_ADDR"); }
    /// A page load by a person, as far as the browser says so (Fetch Metadata).
    /// Not a frame: nobody chose what another page puts into one.
    [[nodiscard]] bool is_navigation() const {
        return parameter("HTTP_SEC_FETCH_MODE") == "navigate" && parameter("HTTP_SEC_FETCH_DEST") == "document";
    }

    /// The value of `name=` in the query, percent-decoded; empty when it is not there or badly encoded.
    [[nodiscard]] std::string query_value(std::string_view name) const;
    /// The body, at most longest_body; an error when it is longer or breaks off.
    [[nodiscard]] Result<std::string> body();

    /// Writes raw bytes of a CGI response (RFC 3875 section 6).
    void write(std::string_view bytes);
    /// Sends what was written; false when the other side is gone.
    bool flush();
    /// Breaks the connection off: nothing more is sent, not even the end.
    void hang_up() const { ::shutdown(fcgi_.ipcFd, SHUT_RDWR); }
    /// The connection to nginx, for a stream that must know when the reader went away.
    [[nodiscard]] int connection() const { return fcgi_.ipcFd; }

private:
    Request() = default;
    FCGX_Request fcgi_{};
};

}  // namespace boardgate::boardgated
