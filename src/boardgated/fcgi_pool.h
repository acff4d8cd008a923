// SPDX-License-Identifier: MIT
// Threads that accept FastCGI requests from one socket and give each to a handler. boardgated has three pools
// (gate, app, stream), so that slow work never delays the gate.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "src/base/fd.h"
#include "src/boardgated/request.h"

namespace boardgate::boardgated {

class FcgiPool {
public:
    /// Takes the request over: answers it, or hands it on to another thread.
    using Handler = std::function<void(std::unique_ptr<Request>)>;

    FcgiPool(std::string name, Fd listening, unsigned threads, Handler handler);
    FcgiPool(const FcgiPool&) = delete;
    FcgiPool& operator=(const FcgiPool&) = delete;
    /// Lets requests that are being answered finish, takes no new one: they wait in the socket for the next
    /// boardgated.
    ~FcgiPool();

    /// Once in the process, before the first pool: FCGX_Init, and the signal that wakes a waiting accept.
    static void prepare();

private:
    void serve(const std::stop_token& stop);
    std::string name_;
    Fd listening_;
    Handler handler_;
    std::atomic<unsigned> running_ = 0;
    std::vector<std::jthread> threads_;
};

}  // namespace boardgate::boardgated
