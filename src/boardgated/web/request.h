// SPDX-License-Identifier: MIT
// One FastCGI request as typed, bounded views. Only this file reads FastCGI parameters, and only those that
// nginx/fastcgi.conf sets itself. A person's identity never comes from them.
#pragma once

#include <fcgiapp.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

#include "src/base/error.h"

namespace boardgate::boardgated {

inline constexpr std::size_t longest_cookie_header = 8 * 1024;

/// Owns the request; the destructor ends it. May be passed to another thread.
class Request {
public:
    /// Accepts the next request on a listening socket. nullptr when there is none, when the connection broke, or when its peer
    /// is not the account `nginx`: libfcgi must read no byte of other peers.
    [[nodiscard]] static std::unique_ptr<Request> accept(int listening, uid_t nginx);
    ~Request();
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    /// A parameter that nginx set, or an empty text.
    [[nodiscard]] std::string_view parameter(const char* name) const;
    [[nodiscard]] std::string_view method() const { return parameter("REQUEST_METHOD"); }
    /// Decoded and normalised by nginx, without the query: `/api/v1/boards`.
    [[nodiscard]] std::string_view path() const { return parameter("DOCUMENT_URI"); }
    /// As the client sent it, with the query.
    [[nodiscard]] std::string_view raw_uri() const { return parameter("REQUEST_URI"); }
    [[nodiscard]] std::string_view query() const { return parameter("QUERY_STRING"); }
    [[nodiscard]] std::string_view host() const { return parameter("HTTP_HOST"); }
    [[nodiscard]] std::string_view address() const { return parameter("REMOTE_ADDR"); }
    /// Did the request come from this server? A connection to an own address has this address at both ends.
    [[nodiscard]] bool is_from_this_server() const {
        const std::string_view from = address();
        return from == "127.0.0.1" || from == "::1" || (!from.empty() && from == parameter("SERVER_ADDR"));
    }
    /// Does a person load a page, according to the browser (Fetch Metadata)? A frame does not count: another page may open it
    /// without the person's wish.
    [[nodiscard]] bool is_navigation() const {
        return parameter("HTTP_SEC_FETCH_MODE") == "navigate" && parameter("HTTP_SEC_FETCH_DEST") == "document";
    }

    /// The value of `name=` in the query, percent-decoded; empty when missing or badly encoded.
    [[nodiscard]] std::string query_value(std::string_view name) const;
    /// The body, at most longest_body; an error when it is longer or breaks off.
    [[nodiscard]] Result<std::string> body();

    /// Writes raw bytes of a CGI response (RFC 3875 section 6).
    void write(std::string_view bytes);
    /// Sends the written bytes; false when the peer has disconnected.
    bool flush();
    /// Closes the connection without sending anything more, not even the end of the request.
    void hang_up() const { ::shutdown(fcgi_.ipcFd, SHUT_RDWR); }
    /// The connection to nginx. Streams poll it to notice that the reader disconnects.
    [[nodiscard]] int connection() const { return fcgi_.ipcFd; }

private:
    Request() = default;
    FCGX_Request fcgi_{};
};

}  // namespace boardgate::boardgated
