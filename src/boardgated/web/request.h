// SPDX-License-Identifier: MIT
// One FastCGI request of the API, of a stream or of a board's page, through libfcgi.
#pragma once

#include <fcgiapp.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/boardgated/web/parameters.h"

namespace boardgate::boardgated {

inline constexpr std::size_t longest_cookie_header = 8 * 1024;

/// Owns the request; the destructor ends it. May be passed to another thread.
class Request : public Parameters {
public:
    /// Accepts the next request on a listening socket. nullptr when there is none, when the connection broke, or when its peer
    /// is not the account `nginx`: libfcgi must read no byte of other peers.
    [[nodiscard]] static std::unique_ptr<Request> accept(int listening, uid_t nginx);
    /// The request on a connection; as accept().
    [[nodiscard]] static std::unique_ptr<Request> take(Fd connection, uid_t nginx);
    /// Answers 503, without reading the request.
    static void refuse(const Fd& connection);
    ~Request() override;
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    [[nodiscard]] std::string_view parameter(const char* name) const override;
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
