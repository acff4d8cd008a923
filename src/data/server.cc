// SPDX-License-Identifier: MIT
#include "src/data/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "src/base/accept.h"
#include "src/base/socket_options.h"

namespace boardgate::data {

namespace {

constexpr std::size_t most_buffered = std::size_t{1} << 20;

Result<Fd> listen_at(const addrinfo& address) {
    Fd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return system_error("cannot make a socket");
    const int yes = 1;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 || listen(socket.get(), SOMAXCONN) != 0)
        return system_error("cannot listen");
    return socket;
}

std::uint16_t port_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                               : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

bool is_temporary(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Result<Listening> listen_on(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
    if (status != 0) return failure(std::string("cannot resolve: ") + gai_strerror(status), host);
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    Result<Fd> socket = failure("there is no address", host);
    for (const addrinfo* one = addresses.get(); one != nullptr && !socket; one = one->ai_next) socket = listen_at(*one);
    if (!socket) return tl::make_unexpected(socket.error());
    const std::uint16_t bound = port_of(socket->get());
    return Listening{*std::move(socket), bound};
}

Server::Server(Fd listening, const Provider& provider)
    : listening_(std::move(listening)), provider_(provider), finished_event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { answer_calls(); });
}

Server::~Server() {
    calls_.lock()->stopping = true;
    calls_changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void Server::answer_calls() {
    for (;;) {
        Call call;
        {
            auto calls = calls_.lock();
            calls_changed_.wait(calls.lock(), [&] { return calls->stopping || !calls->waiting.empty(); });
            if (calls->stopping) return;
            call = std::move(calls->waiting.front());
            calls->waiting.pop_front();
        }
        Answer answer;
        try {
            answer = provider_.answer(call.path, call.message);
        } catch (const std::exception& exception) {
            answer = refused(Status::internal, std::string("the call could not be answered: ") + exception.what());
        }
        calls_.lock()->finished.push_back({call.connection, call.stream, std::move(answer)});
        eventfd_write(finished_event_.get(), 1);
    }
}

void Server::send_answers() {
    eventfd_t count = 0;
    eventfd_read(finished_event_.get(), &count);
    std::vector<FinishedCall> finished = std::exchange(calls_.lock()->finished, {});
    for (FinishedCall& one : finished) {
        for (Connection& connection : connections_) {
            if (connection.number == one.connection) connection.http2.answer(one.stream, std::move(one.answer));
        }
    }
}

/// Closes an idle connection if there are too many; false if none is idle.
bool Server::make_room() {
    if (connections_.size() < most_connections) return true;
    const auto idle = std::find_if(connections_.begin(), connections_.end(), [](const Connection& one) { return one.http2.is_idle(); });
    if (idle == connections_.end()) return false;
    connections_.erase(idle);
    return true;
}

void Server::accept_one() {
    Fd socket = accept_connection(listening_.get(), SOCK_NONBLOCK);
    if (!socket || !make_room()) return;
    disable_nagle(socket.get());
    const std::uint64_t number = next_number_++;
    connections_.emplace_back(number, std::move(socket), [this, number](std::int32_t stream, std::string path, std::string message) {
        calls_.lock()->waiting.push_back({number, stream, std::move(path), std::move(message)});
        calls_changed_.notify_one();
    });
}

void Server::receive(Connection& connection) {
    std::array<char, 65536> bytes;
    const ssize_t got = recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && is_temporary(errno)) return;
    connection.broken = got <= 0 || !connection.http2.receive({bytes.data(), static_cast<std::size_t>(got)});
}

void Server::send(Connection& connection) {
    for (std::string_view bytes; !connection.broken;) {
        while (connection.output.size() < most_buffered && connection.http2.take_output(bytes) && !bytes.empty())
            connection.output += bytes;
        if (connection.output.empty()) break;
        const ssize_t sent = ::send(connection.socket.get(), connection.output.data(), connection.output.size(), MSG_NOSIGNAL);
        if (sent < 0 && is_temporary(errno)) return;
        connection.broken = sent < 0;
        if (sent > 0) connection.output.erase(0, static_cast<std::size_t>(sent));
    }
    connection.broken = connection.broken || connection.http2.over();
}

void Server::serve(int parent) {
    std::vector<pollfd> waiting;
    std::array<char, 512> ignored{};
    for (;;) {
        waiting = {{parent, POLLIN, 0}, {listening_.get(), POLLIN, 0}, {finished_event_.get(), POLLIN, 0}};
        for (const Connection& one : connections_) {
            const bool more = !one.output.empty() || one.http2.wants_output();
            waiting.push_back({one.socket.get(), static_cast<short>(more ? POLLIN | POLLOUT : POLLIN), 0});
        }
        if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
        if (waiting[0].revents != 0 && read(parent, ignored.data(), ignored.size()) <= 0) return;
        std::size_t i = 3;
        for (Connection& one : connections_) {
            if ((waiting[i++].revents & ~POLLOUT) != 0) receive(one);
        }
        if (waiting[2].revents != 0) send_answers();
        for (Connection& one : connections_) send(one);
        connections_.remove_if([](const Connection& one) { return one.broken; });
        if (waiting[1].revents != 0) accept_one();
    }
}

}  // namespace boardgate::data
