// SPDX-License-Identifier: MIT
#include "src/boardgated/fcgi_pool.h"

#include <pthread.h>
#include <signal.h>

#include <stdexcept>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {
/// Interrupts accept(2); a real-time signal is used by nobody else here.
int wake_signal() { return SIGRTMIN; }
}  // namespace

void FcgiPool::prepare() {
    if (FCGX_Init() != 0) throw std::runtime_error("FastCGI cannot be set up");
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};  // no SA_RESTART: accept must come back
    sigaction(wake_signal(), &nothing, nullptr);
    signal(SIGPIPE, SIG_IGN);
}

FcgiPool::FcgiPool(std::string name, Fd listening, unsigned threads, Handler handler)
    : name_(std::move(name)), listening_(std::move(listening)), handler_(std::move(handler)) {
    running_ = threads;
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this](const std::stop_token& stop) {
            serve(stop);
            --running_;
        });
    }
}

FcgiPool::~FcgiPool() {
    for (std::jthread& thread : threads_) thread.request_stop();
    // The signal may come just before accept is entered and be lost, so it is sent until all have ended.
    while (running_ > 0) {
        for (std::jthread& thread : threads_) pthread_kill(thread.native_handle(), wake_signal());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void FcgiPool::serve(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), name_.c_str());
    while (!stop.stop_requested()) {
        try {
            if (auto request = Request::accept(listening_.get())) handler_(std::move(request));
        } catch (const std::exception& exception) {
            // The request ends without an answer, which nginx reports as 502 or 500, never as a yes.
            log_event(Event::request_fault, exception.what());
        }
    }
}

}  // namespace boardgate::boardgated
