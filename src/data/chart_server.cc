// SPDX-License-Identifier: MIT
#include "src/data/chart_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "src/base/accept.h"

namespace boardgate::data {

namespace {

/// For each read and write: a visitor that does not take its answer is gone.
constexpr timeval patience{30, 0};

bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// What has come, to the other side. False at its end.
bool move_some(int from, int to) {
    std::array<char, 65536> bytes;
    const ssize_t got = recv(from, bytes.data(), bytes.size(), 0);
    return got > 0 && send_all(to, {bytes.data(), static_cast<std::size_t>(got)});
}

}  // namespace

Result<Fd> ChartServer::listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return failure("the path of a socket is too long", path);
    path.copy(address.sun_path, path.size());
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    unlink(path.c_str());
    if (!socket || bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(socket.get(), SOMAXCONN) != 0)
        return system_error("cannot listen", path);
    return socket;
}

void ChartServer::start() {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { serve_all(); });
}

ChartServer::~ChartServer() {
    shutdown(listening_.get(), SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
}

void ChartServer::serve_all() const {
    for (;;) {
        const Fd connection = accept_connection(listening_.get());
        if (!connection && errno == EINVAL) return;  // shut down
        if (!connection) continue;
        setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        serve(connection);
    }
}

void ChartServer::serve(const Fd& connection) const {
    std::string received;
    Http1Request request;
    Http1Request::State state = Http1Request::State::more;
    while (state == Http1Request::State::more) {
        std::array<char, 16384> bytes;
        const ssize_t got = recv(connection.get(), bytes.data(), bytes.size(), 0);
        if (got <= 0) return;
        received.append(bytes.data(), static_cast<std::size_t>(got));
        state = request.parse(received);
    }
    const auto json = state == Http1Request::State::whole ? charts_.json(request) : std::nullopt;
    if (!json) return pass_on(connection, received);
    (void)send_all(connection.get(), json_answer(request, *json));
    shutdown(connection.get(), SHUT_WR);
}

void ChartServer::pass_on(const Fd& connection, const std::string& received) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const Fd tensorboard(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!tensorboard || connect(tensorboard.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    if (!send_all(tensorboard.get(), received)) return;
    bool asking = true;
    for (;;) {
        std::array<pollfd, 2> waiting{{{asking ? connection.get() : -1, POLLIN, 0}, {tensorboard.get(), POLLIN, 0}}};
        if (poll(waiting.data(), waiting.size(), -1) < 0) return;
        if (waiting[0].revents != 0 && !move_some(connection.get(), tensorboard.get())) {
            asking = false;
            shutdown(tensorboard.get(), SHUT_WR);
        }
        if (waiting[1].revents != 0 && !move_some(tensorboard.get(), connection.get())) break;
    }
    shutdown(connection.get(), SHUT_WR);
}

}  // namespace boardgate::data
