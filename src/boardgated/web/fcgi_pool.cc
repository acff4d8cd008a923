// SPDX-License-Identifier: MIT
#include "src/boardgated/web/fcgi_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <system_error>

#include "src/base/accept.h"
#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

void check(int status, const char* what) {
    if (status < 0) throw std::system_error(errno, std::generic_category(), what);
}

constexpr std::chrono::milliseconds rest_without_descriptors{50};

Fd spare_descriptor() { return Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

/// Waits for a connection on `listening`, or for `stop`. A connection wakes one thread, not all
/// (EPOLLEXCLUSIVE, epoll_ctl(2)).
Fd wait_set(const Fd& listening, const Fd& stop) {
    Fd set(epoll_create1(EPOLL_CLOEXEC));
    check(set.get(), "epoll_create1");
    epoll_event connection{EPOLLIN | EPOLLEXCLUSIVE, {.fd = listening.get()}};
    check(epoll_ctl(set.get(), EPOLL_CTL_ADD, listening.get(), &connection), "epoll_ctl");
    epoll_event end{EPOLLIN, {.fd = stop.get()}};
    check(epoll_ctl(set.get(), EPOLL_CTL_ADD, stop.get(), &end), "epoll_ctl");
    return set;
}

}  // namespace

void FcgiPool::prepare() {
    if (FCGX_Init() != 0) throw std::runtime_error("FastCGI cannot be set up");
    signal(SIGPIPE, SIG_IGN);
}

FcgiPool::FcgiPool(std::string name, Fd listening, uid_t nginx, unsigned threads, Handler handler)
    : name_(std::move(name)),
      listening_(std::move(listening)),
      nginx_(nginx),
      spare_(spare_descriptor()),
      stop_(eventfd(0, EFD_CLOEXEC)),
      handler_(std::move(handler)) {
    check(stop_.get(), "eventfd");
    // Another thread may have accepted the connection that woke this one.
    check(fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK), "fcntl");
    try {
        for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
    } catch (...) {
        eventfd_write(stop_.get(), 1);
        throw;
    }
}

FcgiPool::~FcgiPool() { eventfd_write(stop_.get(), 1); }

void FcgiPool::take_one() {
    Fd connection(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) {
        if (is_out_of_descriptors(errno)) refuse_one();
        return;
    }
    if (auto request = Request::take(std::move(connection), nginx_)) handler_(std::move(request));
}

void FcgiPool::refuse_one() {
    {
        const auto spare = spare_.lock();
        spare->reset();
        if (const Fd connection(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)); connection) Request::refuse(connection);
        *spare = spare_descriptor();
    }
    // Accepting fails until another request ends.
    pollfd stop{stop_.get(), POLLIN, 0};
    poll(&stop, 1, static_cast<int>(rest_without_descriptors.count()));
}

void FcgiPool::serve() {
    pthread_setname_np(pthread_self(), name_.c_str());
    const Fd set = wait_set(listening_, stop_);
    for (;;) {
        epoll_event woken[2]{};
        const int count = epoll_wait(set.get(), woken, 2, -1);
        for (int i = 0; i < count; ++i) {
            if (woken[i].data.fd == stop_.get()) return;
        }
        try {
            take_one();
        } catch (const std::exception& exception) {
            // The request ends without an answer: nginx responds with 502 or 500, and auth_request refuses.
            log_event(Event::request_fault, exception.what());
        }
    }
}

}  // namespace boardgate::boardgated
