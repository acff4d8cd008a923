// SPDX-License-Identifier: MIT
#include "src/boardgated/web/gate_server.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <list>
#include <system_error>

#include "src/base/accept.h"
#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/boardgated/web/fastcgi_reader.h"

namespace boardgate::boardgated {

namespace {

using Clock = std::chrono::steady_clock;

/// Accepted before connections that wait for the rest of their request are looked at.
constexpr int accepted_at_a_time = 64;
/// After a call failed for lack of descriptors or memory.
void rest() { poll(nullptr, 0, 100); }

void check(int status, const char* what) {
    if (status < 0) throw std::system_error(errno, std::generic_category(), what);
}

struct Connection {
    Fd socket;
    FastCgiReader reader;
    Clock::time_point deadline;
};

}  // namespace

class GateServer::Loop {
public:
    explicit Loop(const GateServer& server) : server_(server), set_(epoll_create1(EPOLL_CLOEXEC)) {
        check(set_.get(), "epoll_create1");
        add(server_.stop_.get(), nullptr);
    }
    /// Waits once and handles what arrived. False when the server stops.
    [[nodiscard]] bool turn();

private:
    using Connections = std::list<Connection>;

    void add(int fd, void* data) const;
    void accept_all();
    [[nodiscard]] bool accept_one();
    /// False when the connection has ended: answered, malformed, or closed by nginx.
    [[nodiscard]] bool read(Connection& connection);
    void answer(const Connection& connection) const;
    void drop(Connection* connection);
    void drop_late();
    void listen(bool wanted);
    [[nodiscard]] int milliseconds_to_wait() const;

    const GateServer& server_;
    const Fd set_;
    bool listens_ = false;
    Connections waiting_;  ///< for the rest of their request, oldest first
    Connections spare_;    ///< one connection, to be used for the next request
    std::array<char, FastCgiReader::longest_request> buffer_{};
};

void GateServer::Loop::add(int fd, void* data) const {
    epoll_event event{EPOLLIN, {.ptr = data}};
    check(epoll_ctl(set_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

/// Full of unfinished requests, the loop leaves new connections in the socket's queue.
void GateServer::Loop::listen(bool wanted) {
    if (wanted == listens_) return;
    epoll_event event{EPOLLIN, {.ptr = this}};
    check(epoll_ctl(set_.get(), wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, server_.listening_.get(), &event), "epoll_ctl");
    listens_ = wanted;
}

int GateServer::Loop::milliseconds_to_wait() const {
    if (waiting_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(waiting_.front().deadline - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

bool GateServer::Loop::turn() {
    listen(waiting_.size() < most_connections);
    std::array<epoll_event, 64> events{};
    const int count = epoll_wait(set_.get(), events.data(), static_cast<int>(events.size()), milliseconds_to_wait());
    for (int i = 0; i < count; ++i) {
        void* const what = events[static_cast<std::size_t>(i)].data.ptr;
        if (what == nullptr) return false;
        if (what == this) {
            accept_all();
        } else if (auto* connection = static_cast<Connection*>(what); !read(*connection)) {
            drop(connection);
        }
    }
    drop_late();
    return true;
}

void GateServer::Loop::accept_all() {
    for (int i = 0; i < accepted_at_a_time && waiting_.size() < most_connections; ++i) {
        if (!accept_one()) return;
    }
}

/// False when no connection waits.
bool GateServer::Loop::accept_one() {
    Fd socket = accept_connection(server_.listening_.get(), SOCK_NONBLOCK);
    if (!socket) return false;
    const auto caller = peer_of(socket.get());
    if (!caller || caller->uid != server_.nginx_) {
        log_event(Event::refused_peer, "somebody other than nginx spoke to a socket of boardgated");
        return true;
    }
    if (spare_.empty()) spare_.emplace_back();
    Connection& connection = spare_.front();
    connection.socket = std::move(socket);
    connection.reader.start_anew();
    // nginx sends right after it connects, so the request is often here already.
    if (!read(connection)) {
        connection.socket.reset();
        return true;
    }
    connection.deadline = Clock::now() + longest_arrival;
    add(connection.socket.get(), &connection);
    waiting_.splice(waiting_.end(), spare_, spare_.begin());
    return true;
}

bool GateServer::Loop::read(Connection& connection) {
    const ssize_t size = recv(connection.socket.get(), buffer_.data(), buffer_.size(), 0);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    if (size == 0) return false;
    const auto progress = connection.reader.take({buffer_.data(), static_cast<std::size_t>(size)});
    if (progress == FastCgiReader::Progress::complete) answer(connection);
    return progress == FastCgiReader::Progress::incomplete;
}

/// The answer fits the socket's buffer. If the handler throws, nginx gets no answer and refuses the request.
void GateServer::Loop::answer(const Connection& connection) const {
    try {
        const Response response = server_.handler_(connection.reader);
        const std::string records = fastcgi_answer(connection.reader.request_id(), cgi_text(response, false));
        // An error means that nginx has gone: nobody waits for the answer.
        (void)send(connection.socket.get(), records.data(), records.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } catch (const std::exception& exception) {
        log_event(Event::request_fault, exception.what());
    }
}

void GateServer::Loop::drop(Connection* connection) {
    waiting_.remove_if([connection](const Connection& other) { return &other == connection; });
}

void GateServer::Loop::drop_late() {
    const auto now = Clock::now();
    while (!waiting_.empty() && waiting_.front().deadline <= now) waiting_.pop_front();
}

GateServer::~GateServer() {
    eventfd_write(stop_.get(), 1);
    thread_.join();
}

GateServer::GateServer(Fd listening, uid_t nginx, Handler handler)
    : listening_(std::move(listening)), nginx_(nginx), stop_(eventfd(0, EFD_CLOEXEC)), handler_(std::move(handler)) {
    check(stop_.get(), "eventfd");
    check(fcntl(listening_.get(), F_SETFL, fcntl(listening_.get(), F_GETFL) | O_NONBLOCK), "fcntl");
    loop_ = std::make_unique<Loop>(*this);
    thread_ = std::jthread([this] { serve(); });
}

void GateServer::serve() {
    pthread_setname_np(pthread_self(), "gate");
    for (bool goes_on = true; goes_on;) {
        try {
            goes_on = loop_->turn();
        } catch (const std::exception& exception) {
            log_event(Event::request_fault, exception.what());
            rest();
        }
    }
}

}  // namespace boardgate::boardgated
