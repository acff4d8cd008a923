// SPDX-License-Identifier: MIT
// Threads that accept FastCGI requests from one socket and give each to a handler. boardgated has two pools
// (app, stream); the gate's requests have a GateServer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "src/base/fd.h"
#include "src/base/lock_guarded.h"
#include "src/boardgated/web/request.h"

namespace boardgate::boardgated {

class FcgiPool {
public:
    /// Answers the request, or passes it to another thread.
    using Handler = std::function<void(std::unique_ptr<Request>)>;

    /// Makes `listening` non-blocking. `nginx` is the account whose connections are accepted. Throws std::system_error when the
    /// kernel refuses a descriptor or a thread.
    FcgiPool(std::string name, Fd listening, uid_t nginx, unsigned threads, Handler handler);
    FcgiPool(const FcgiPool&) = delete;
    FcgiPool& operator=(const FcgiPool&) = delete;
    /// Finishes the requests in progress and accepts no new ones: these wait in the socket for the next boardgated.
    ~FcgiPool();

    /// Call it once, before the first pool (FCGX_Init).
    static void prepare();

private:
    void serve();
    void take_one();
    void refuse_one();
    std::string name_;
    Fd listening_;
    uid_t nginx_;
    /// Released to accept a connection when there is no other descriptor left, and to answer that.
    LockGuarded<Fd> spare_;
    Fd stop_;  ///< an eventfd that becomes readable for all threads, and stays so
    Handler handler_;
    std::vector<std::jthread> threads_;
};

}  // namespace boardgate::boardgated
