// SPDX-License-Identifier: MIT
#include "src/boardgated/web/request.h"

#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "src/base/fd.h"
#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

namespace {
/// Short enough, because nginx sends a request as a whole.
constexpr timeval longest_silence{10, 0};
constexpr int longest_arrival_milliseconds = 500;
/// FCGX_Accept_r() must not accept connections by itself.
constexpr int no_socket = -1;
}  // namespace

std::unique_ptr<Request> Request::accept(int listening, uid_t nginx) {
    Fd connection(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    return connection ? take(std::move(connection), nginx) : nullptr;
}

std::unique_ptr<Request> Request::take(Fd connection, uid_t nginx) {
    const auto caller = peer_of(connection.get());
    if (!caller || caller->uid != nginx) {
        log_event(Event::refused_peer, "somebody other than nginx spoke to a socket of boardgated");
        return nullptr;
    }
    setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &longest_silence, sizeof longest_silence);
    std::unique_ptr<Request> request(new Request);
    if (FCGX_InitRequest(&request->fcgi_, no_socket, FCGI_FAIL_ACCEPT_ON_INTR) != 0) return nullptr;
    // libfcgi treats this as a kept connection, and reads the next request from it.
    request->fcgi_.ipcFd = connection.release();
    request->fcgi_.keepConnection = 1;
    if (FCGX_Accept_r(&request->fcgi_) != 0) return nullptr;
    return request;
}

void Request::refuse(const Fd& connection) {
    // Two records of the FastCGI specification (3.3), STDOUT and END_REQUEST, for request 1, as nginx numbers them all.
    constexpr std::string_view text =
        "Status: 503\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\nRetry-After: 2\r\n\r\n"
        "{\"type\":\"about:blank\",\"title\":\"The server is busy\",\"status\":503,\"code\":\"busy\","
        "\"detail\":\"the server has too many open connections; try again in a moment\"}";
    constexpr auto length = static_cast<std::uint16_t>(text.size());
    std::string records{1, 6, 0, 1, static_cast<char>(length >> 8), static_cast<char>(length & 0xFF), 0, 0};
    records.append(text).append({1, 3, 0, 1, 0, 8, 0, 0}).append(8, '\0');
    // nginx sends its request right after it connected. An unread one would make the kernel reset the connection, and nginx
    // lose the answer.
    pollfd arriving{connection.get(), POLLIN, 0};
    poll(&arriving, 1, longest_arrival_milliseconds);
    std::array<char, 16 * 1024> request;
    while (recv(connection.get(), request.data(), request.size(), MSG_DONTWAIT) > 0) {
    }
    (void)send(connection.get(), records.data(), records.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

Request::~Request() {
    if (fcgi_.in != nullptr && parameter("CONTENT_LENGTH").empty()) {
        // FCGX_Finish_r() waits until nginx closes its end, because nginx might still send: a third of the gate's time.
        // Without a body nothing follows the end of the input.
        FCGX_GetChar(fcgi_.in);
        FCGX_FClose(fcgi_.err);
        FCGX_FClose(fcgi_.out);
        ::close(std::exchange(fcgi_.ipcFd, -1));
    } else {
        FCGX_Finish_r(&fcgi_);
    }
    // After a failed accept, FCGX_Finish_r() leaves the descriptor open.
    FCGX_Free(&fcgi_, 1);
}

std::string_view Request::parameter(const char* name) const {
    const char* value = fcgi_.envp == nullptr ? nullptr : FCGX_GetParam(name, fcgi_.envp);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

Result<std::string> Request::body() {
    std::string bytes(longest_body + 1, '\0');
    const int got = FCGX_GetStr(bytes.data(), static_cast<int>(bytes.size()), fcgi_.in);
    if (got < 0 || static_cast<std::size_t>(got) > longest_body) return failure("the body is longer than 16 KiB");
    bytes.resize(static_cast<std::size_t>(got));
    // The client may have disconnected: half a body must not be processed.
    if (parameter("CONTENT_LENGTH") != std::to_string(got) && !(got == 0 && parameter("CONTENT_LENGTH").empty())) {
        return failure("the body is incomplete");
    }
    return bytes;
}

void Request::write(std::string_view bytes) { FCGX_PutStr(bytes.data(), static_cast<int>(bytes.size()), fcgi_.out); }

bool Request::flush() { return FCGX_FFlush(fcgi_.out) == 0; }

}  // namespace boardgate::boardgated
