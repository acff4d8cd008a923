// SPDX-License-Identifier: MIT
// Answers the gate's requests in one thread with epoll(7). A decision never blocks, so further threads would only wake
// one another. Each request has a connection of its own, as nginx makes them without fastcgi_keep_conn.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "src/base/fd.h"
#include "src/boardgated/web/parameters.h"
#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

class GateServer {
public:
    using Handler = std::function<Response(const Parameters&)>;
    /// A request that has not arrived whole by then is dropped: nginx sends it in one piece.
    static constexpr std::chrono::seconds longest_arrival{10};
    /// Connections whose request has not arrived whole. The next ones wait in the socket's queue.
    static constexpr std::size_t most_connections = 256;

    /// `listening` becomes non-blocking; connections of accounts other than `nginx` are refused.
    /// Throws std::system_error when the kernel refuses a descriptor or a thread.
    GateServer(Fd listening, uid_t nginx, Handler handler);
    GateServer(const GateServer&) = delete;
    GateServer& operator=(const GateServer&) = delete;
    /// Accepts no further requests: these wait in the socket for the next boardgated.
    ~GateServer();

private:
    class Loop;
    void serve();

    Fd listening_;
    uid_t nginx_;
    Fd stop_;  ///< an eventfd
    Handler handler_;
    std::unique_ptr<Loop> loop_;  ///< used by the thread only
    std::jthread thread_;
};

}  // namespace boardgate::boardgated
