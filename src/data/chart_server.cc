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
#include <system_error>
#include <utility>

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

/// One of the answers that are computed at the same time.
class ChartServer::Computing {
public:
    explicit Computing(ChartServer& server) : server_(server) {
        auto state = server_.state_.lock();
        server_.changed_.wait(state.lock(), [&] { return state->computing < most_computed; });
        ++state->computing;
    }
    Computing(const Computing&) = delete;
    Computing& operator=(const Computing&) = delete;
    ~Computing() {
        --server_.state_.lock()->computing;
        server_.changed_.notify_one();
    }

private:
    ChartServer& server_;
};

void ChartServer::start() { start_thread(*state_.lock()); }

void ChartServer::start_thread(State& state) {
    if (state.stopping || state.threads.size() >= most_connections) return;
    try {
        state.threads.emplace_back([this] { serve_all(); });
    } catch (const std::system_error&) {
        // The next connection waits for a thread.
    }
}

ChartServer::~ChartServer() {
    std::vector<std::thread> threads;
    {
        const auto state = state_.lock();
        state->stopping = true;
        threads.swap(state->threads);
    }
    shutdown(listening_.get(), SHUT_RDWR);
    for (std::thread& thread : threads) thread.join();
}

void ChartServer::serve_all() {
    for (;;) {
        ++state_.lock()->idle;
        const Fd connection = accept_connection(listening_.get());
        if (!connection && errno == EINVAL) return;  // shut down
        {
            const auto state = state_.lock();
            if (--state->idle == 0 && connection) start_thread(*state);
        }
        if (!connection) continue;
        setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        serve(connection);
    }
}

void ChartServer::serve(const Fd& connection) {
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
    const auto answer = state == Http1Request::State::whole ? answer_to(request) : std::nullopt;
    if (!answer) return pass_on(connection, received);
    hand_over(connection, *answer);
}

/// None: TensorBoard answers.
std::optional<std::string> ChartServer::answer_to(const Http1Request& request) {
    std::optional<Computing> computing(std::in_place, *this);
    Growth growth(large_answers_, [&] { computing.reset(); });
    const auto json = charts_.json(request, growth);
    if (growth.too_large()) return refusal();
    return json ? std::optional(json_answer(request, *json)) : std::nullopt;
}

void ChartServer::hand_over(const Fd& connection, const std::string& answer) {
    std::list<Untaken> own{{connection.get(), answer.size()}};
    const auto place = own.begin();
    {
        const auto state = state_.lock();
        state->untaken_size += answer.size();
        for (Untaken& oldest : state->untaken) {
            if (state->untaken_size <= most_untaken) break;
            shutdown(oldest.connection, SHUT_RDWR);
            state->untaken_size -= std::exchange(oldest.size, 0);
        }
        state->untaken.splice(state->untaken.end(), own);
    }
    (void)send_all(connection.get(), answer);
    shutdown(connection.get(), SHUT_WR);
    const auto state = state_.lock();
    state->untaken_size -= place->size;
    state->untaken.erase(place);
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
